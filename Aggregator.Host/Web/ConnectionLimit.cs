using Aggregator.Core.Diagnostics;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Connections.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core;

namespace Aggregator.Host.Web;

/// <summary>
/// Bounds the number of connections without shutting a scraper out, however many come at once.
/// <para>
/// Answers take memory while they are written and not yet read: connections that have one are bounded by <paramref name="mostAnswered"/>. Where there is one more, the one
/// that has its answer the longest is closed, one that asked once before one that came back, as a scraper does. Only while every other is being written is it the new one.
/// </para>
/// <para>
/// Those that have no answer yet cost little, and one of them may be a scraper whose question waits behind those of hundreds: they are bounded apart, by
/// <paramref name="mostWaiting"/>. Where there is one more, the one that has asked for nothing the longest is closed, and only where there is none, the new one.
/// </para>
/// </summary>
/// <param name="mostAnswered">Connections at a time that have their answer, whole or in part.</param>
/// <param name="mostWaiting">Connections at a time that have none yet.</param>
/// <param name="closed">Counts those closed.</param>
public sealed class ConnectionLimit(int mostAnswered, int mostWaiting, Counter closed)
{
    private readonly Lock _gate = new();

    /// <summary>Those that have asked for nothing yet, the longest first.</summary>
    private readonly LinkedList<Connection> _silent = new();

    /// <summary>Those that asked once and have their answer, the longest first.</summary>
    private readonly LinkedList<Connection> _answered = new();

    /// <summary>Those that have had several answers, the longest first.</summary>
    private readonly LinkedList<Connection> _returning = new();

    /// <summary>Those whose answer is being prepared.</summary>
    private int _asking;

    /// <summary>Those whose answer is being written.</summary>
    private int _writing;

    private enum Stage
    {
        Idle,
        Asking,
        Writing,
    }

    /// <summary>Applies it to a listener.</summary>
    public void Apply(ListenOptions listener) => listener.Use(next => connection => ServeAsync(connection, next));

    /// <summary>The part of the request pipeline that tells connections in use from idle ones.</summary>
    public async Task AnswerAsync(HttpContext context, RequestDelegate next)
    {
        IDictionary<object, object?>? items = context.Features.Get<IConnectionItemsFeature>()?.Items;
        if (items is null || !items.TryGetValue(this, out object? item) || item is not Connection connection)
        {
            await next(context);
            return;
        }
        Begin(connection);
        context.Response.OnStarting(() =>
        {
            Write(connection);
            return Task.CompletedTask;
        });
        try
        {
            await next(context);
        }
        finally
        {
            End(connection);
        }
    }

    /// <summary>The part of the connection pipeline that gives it a place, or closes another, or itself.</summary>
    public async Task ServeAsync(ConnectionContext context, ConnectionDelegate next)
    {
        Connection connection = new(context);
        if (!TryAdmit(connection))
        {
            Close(connection, "Too many connections wait for their answers.");
            return;
        }
        context.Items[this] = connection;
        try
        {
            await next(context);
        }
        finally
        {
            Remove(connection);
        }
    }

    private bool TryAdmit(Connection connection)
    {
        Connection? oldest = null;
        lock (_gate)
        {
            if (_silent.Count + _asking >= mostWaiting)
            {
                oldest = TakeOldest(_silent);
                if (oldest is null)
                {
                    return false;
                }
            }
            _silent.AddLast(connection.Place);
        }
        Close(oldest, "It asked for nothing, and its place was needed.");
        return true;
    }

    private void Begin(Connection connection)
    {
        lock (_gate)
        {
            if (!connection.IsGone && connection.Requests++ == 0)
            {
                connection.Leave();
                connection.Stage = Stage.Asking;
                _asking++;
            }
        }
    }

    private void Write(Connection connection)
    {
        Connection? oldest;
        lock (_gate)
        {
            oldest = TakePlace(connection);
        }
        Close(oldest, "Its place was needed.");
    }

    private void End(Connection connection)
    {
        Connection? oldest;
        lock (_gate)
        {
            if (connection.IsGone || --connection.Requests > 0)
            {
                return;
            }
            // An answer without a body is written only now.
            oldest = TakePlace(connection);
            if (!connection.IsGone)
            {
                _writing--;
                connection.Stage = Stage.Idle;
                (connection.Answers++ == 0 ? _answered : _returning).AddLast(connection.Place);
            }
        }
        Close(oldest, "Its place was needed.");
    }

    /// <returns>The one to close for it, if any; that may be itself.</returns>
    private Connection? TakePlace(Connection connection)
    {
        if (connection.IsGone || connection.Stage != Stage.Asking)
        {
            return null;
        }
        _asking--;
        Connection? oldest = null;
        if (_answered.Count + _returning.Count + _writing >= mostAnswered)
        {
            oldest = TakeOldest(_answered) ?? TakeOldest(_returning);
            if (oldest is null)
            {
                connection.IsGone = true;
                return connection;
            }
        }
        connection.Stage = Stage.Writing;
        _writing++;
        return oldest;
    }

    private void Remove(Connection connection)
    {
        lock (_gate)
        {
            if (connection.IsGone)
            {
                return;
            }
            connection.IsGone = true;
            switch (connection.Stage)
            {
                case Stage.Asking:
                    _asking--;
                    break;
                case Stage.Writing:
                    _writing--;
                    break;
                default:
                    connection.Leave();
                    break;
            }
        }
    }

    private static Connection? TakeOldest(LinkedList<Connection> those)
    {
        Connection? oldest = those.First?.Value;
        if (oldest is not null)
        {
            oldest.Leave();
            oldest.IsGone = true;
        }
        return oldest;
    }

    private void Close(Connection? connection, string reason)
    {
        if (connection is not null)
        {
            closed.Add();
            connection.Context.Abort(new ConnectionAbortedException(reason));
        }
    }

    private sealed class Connection
    {
        public Connection(ConnectionContext context)
        {
            Context = context;
            Place = new(this);
        }

        public ConnectionContext Context { get; }

        /// <summary>Where it is in one of the lists while it is idle.</summary>
        public LinkedListNode<Connection> Place { get; }

        public Stage Stage { get; set; }

        /// <summary>Requests under way; several with HTTP/2.</summary>
        public int Requests { get; set; }

        /// <summary>How often it went from being answered to idle.</summary>
        public long Answers { get; set; }

        /// <summary>It is closed, or about to be, and has no place any more.</summary>
        public bool IsGone { get; set; }

        /// <summary>Takes it out of the list that it is in.</summary>
        public void Leave() => Place.List!.Remove(Place);
    }
}
