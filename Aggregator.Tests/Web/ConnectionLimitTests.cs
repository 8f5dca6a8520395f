using Aggregator.Core.Diagnostics;
using Aggregator.Host.Web;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Connections.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Xunit;

namespace Aggregator.Tests.Web;

/// <summary>Which connection goes when there are too many; over a network in <see cref="ScrapeStormTests"/>.</summary>
public sealed class ConnectionLimitTests
{
    private const int MostAnswered = 3;
    private const int MostWaiting = 5;

    private readonly Counter _closed = new();
    private readonly ConnectionLimit _limit;

    public ConnectionLimitTests() => _limit = new(MostAnswered, MostWaiting, _closed);

    [Fact]
    public async Task Of_those_that_ask_for_nothing_the_oldest_goes()
    {
        Client[] clients = [.. Enumerable.Range(0, MostWaiting + 2).Select(_ => new Client(_limit))];

        Assert.Equal([true, true, false, false, false, false, false], clients.Select(client => client.IsClosed));
        Assert.Equal(2, _closed.Value);
        await Task.WhenAll(clients.Select(client => client.LeaveAsync()));
    }

    [Fact]
    public async Task Of_those_that_have_their_answer_the_one_that_has_it_the_longest_goes_and_none_that_has_not_asked()
    {
        Client silent = new(_limit);
        Client[] clients = [.. Enumerable.Range(0, MostAnswered + 1).Select(_ => new Client(_limit))];
        foreach (Client client in clients.Reverse())
        {
            await client.AskAsync();
        }

        Assert.Equal([false, false, false, true], clients.Select(client => client.IsClosed));
        Assert.False(silent.IsClosed);
        Assert.Equal(1, _closed.Value);
    }

    [Fact]
    public async Task One_that_came_back_stays_while_hundreds_ask_once()
    {
        Client scraper = new(_limit);
        await scraper.AskAsync();
        await scraper.AskAsync();

        for (int i = 0; i < 500; i++)
        {
            await new Client(_limit).AskAsync();
        }

        Assert.False(scraper.IsClosed);
        Assert.Equal(500 - (MostAnswered - 1), _closed.Value);
    }

    [Fact]
    public async Task Of_those_that_came_back_the_one_that_has_its_answer_the_longest_goes()
    {
        Client[] clients = [.. Enumerable.Range(0, MostAnswered).Select(_ => new Client(_limit))];
        foreach (Client client in clients.Concat(clients))
        {
            await client.AskAsync();
        }
        Client last = new(_limit);
        await last.AskAsync();

        Assert.Equal([true, false, false], clients.Select(client => client.IsClosed));
        Assert.False(last.IsClosed);
    }

    [Fact]
    public async Task Any_number_up_to_the_limit_of_those_that_wait_is_answered_however_many_ask_at_once()
    {
        Client[] clients = [.. Enumerable.Range(0, MostWaiting).Select(_ => new Client(_limit))];
        TaskCompletionSource prepared = new();
        Task[] answers = [.. clients.Select(client => client.AskAsync(prepared: prepared.Task))];

        Assert.All(clients, client => Assert.False(client.IsClosed));
        prepared.SetResult();
        await Task.WhenAll(answers);

        Assert.Equal(MostWaiting - MostAnswered, clients.Count(client => client.IsClosed));
        Assert.All(clients, client => Assert.Equal(1, client.Answers));
    }

    [Fact]
    public async Task While_all_that_wait_have_asked_a_new_one_is_closed()
    {
        Client[] clients = [.. Enumerable.Range(0, MostWaiting).Select(_ => new Client(_limit))];
        TaskCompletionSource prepared = new();
        Task[] answers = [.. clients.Select(client => client.AskAsync(prepared: prepared.Task))];

        Client late = new(_limit);

        Assert.True(late.IsClosed);
        await late.Left;
        prepared.SetResult();
        await Task.WhenAll(answers);
        Assert.False(new Client(_limit).IsClosed);
    }

    [Fact]
    public async Task While_all_answers_are_being_written_a_further_one_is_closed_and_its_place_is_free_once_one_is_read()
    {
        Client[] slow = [.. Enumerable.Range(0, MostAnswered).Select(_ => new Client(_limit))];
        TaskCompletionSource read = new();
        Task[] answers = [.. slow.Select(client => client.AskAsync(read: read.Task))];
        Client further = new(_limit);
        await further.AskAsync();

        Assert.True(further.IsClosed);
        Assert.All(slow, client => Assert.False(client.IsClosed));
        read.SetResult();
        await Task.WhenAll(answers);
        Client next = new(_limit);
        await next.AskAsync();
        Assert.False(next.IsClosed);
    }

    [Fact]
    public async Task Those_that_leave_by_themselves_free_their_places_at_each_stage()
    {
        for (int i = 0; i < 10; i++)
        {
            Client silent = new(_limit);
            await silent.LeaveAsync();
            Client answered = new(_limit);
            await answered.AskAsync();
            await answered.LeaveAsync();
            Client asking = new(_limit);
            TaskCompletionSource prepared = new();
            Task answer = asking.AskAsync(prepared: prepared.Task);
            await asking.LeaveAsync();
            prepared.SetResult();
            await answer;
        }

        Assert.Equal(0, _closed.Value);
    }

    /// <summary>A connection that passes the limit, and requests on it.</summary>
    private sealed class Client : DefaultConnectionContext
    {
        private readonly ConnectionLimit _limit;
        private readonly TaskCompletionSource _stay = new();

        public Client(ConnectionLimit limit)
        {
            _limit = limit;
            Left = limit.ServeAsync(this, _ => _stay.Task);
        }

        public bool IsClosed { get; private set; }

        public int Answers { get; private set; }

        public Task Left { get; }

        public override void Abort(ConnectionAbortedException abortReason)
        {
            IsClosed = true;
            _stay.TrySetResult();
        }

        public Task LeaveAsync()
        {
            _stay.TrySetResult();
            return Left;
        }

        /// <param name="prepared">Until then there is nothing to write.</param>
        /// <param name="read">Until then what is written is not read.</param>
        public Task AskAsync(Task? prepared = null, Task? read = null)
        {
            Response response = new();
            DefaultHttpContext request = new(new FeatureCollection());
            request.Features.Set<IHttpResponseFeature>(response);
            request.Features.Set<IConnectionItemsFeature>(this);
            return _limit.AnswerAsync(request, async _ =>
            {
                await (prepared ?? Task.CompletedTask);
                await response.StartAsync();
                await (read ?? Task.CompletedTask);
                Answers++;
            });
        }
    }

    private sealed class Response : HttpResponseFeature
    {
        private readonly List<Func<Task>> _starting = [];

        public override void OnStarting(Func<object, Task> callback, object state) => _starting.Add(() => callback(state));

        public Task StartAsync() => Task.WhenAll(_starting.Select(start => start()));
    }
}
