using System.Text;
using Aggregator.Host.Web.Access;
using Xunit;

namespace Aggregator.Tests.Web;

public sealed class BasicAuthenticationTests : IDisposable
{
    private static readonly Dictionary<string, string> Users = new() { ["alice"] = WebConfigFileTests.Hash };

    private readonly BasicAuthentication _authentication = new();

    public void Dispose() => _authentication.Dispose();

    [Fact]
    public async Task A_right_password_is_computed_once_and_a_wrong_one_every_time()
    {
        for (int i = 0; i < 3; i++)
        {
            Assert.True(await IsRightAsync("alice:secret"));
        }
        Assert.Equal(1, _authentication.Computed);

        Assert.False(await IsRightAsync("alice:guess"));
        Assert.False(await IsRightAsync("alice:guess"));
        Assert.Equal(3, _authentication.Computed);
        Assert.True(await IsRightAsync("alice:secret"));
        Assert.Equal(3, _authentication.Computed);
    }

    [Fact]
    public async Task An_unknown_user_costs_what_a_known_one_costs()
    {
        Assert.False(await IsRightAsync("mallory:secret"));
        Assert.False(await IsRightAsync("mallory:secret"));

        Assert.Equal(2, _authentication.Computed);
    }

    [Fact]
    public async Task What_is_no_login_costs_nothing()
    {
        Assert.False(await _authentication.IsRightAsync(Users, null, CancellationToken.None));
        Assert.False(await _authentication.IsRightAsync(Users, "Basic ???", CancellationToken.None));
        Assert.False(await _authentication.IsRightAsync(Users, "Bearer x", CancellationToken.None));

        Assert.Equal(0, _authentication.Computed);
    }

    [Fact]
    public async Task Too_many_guesses_at_once_are_told_to_come_again()
    {
        Task<bool?>[] guesses = [.. Enumerable.Range(0, 200).Select(i => IsRightAsync($"alice:guess{i}"))];

        bool?[] answers = await Task.WhenAll(guesses);

        Assert.DoesNotContain(true, answers);
        Assert.Contains(null, answers);
        Assert.InRange(_authentication.Computed, BasicAuthentication.MaxWaiting, 199);
        Assert.True(await IsRightAsync("alice:secret"));
    }

    private Task<bool?> IsRightAsync(string login) =>
        _authentication.IsRightAsync(Users, "Basic " + Convert.ToBase64String(Encoding.UTF8.GetBytes(login)), TestContext.Current.CancellationToken);
}
