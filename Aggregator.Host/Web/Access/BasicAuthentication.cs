using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Text;
using BCrypt.Net;

namespace Aggregator.Host.Web.Access;

/// <summary>
/// Judges a name and a password against bcrypt hashes. A hash takes 50 to 100 ms by design, so that what was right once is remembered, as a keyed digest, and a
/// scrape costs microseconds; and only one is computed at a time, so that guessing passwords takes no more than a core.
/// </summary>
public sealed class BasicAuthentication : IDisposable
{
    /// <summary>Logins that may wait for their turn; further ones are told to come again later.</summary>
    public const int MaxWaiting = 16;

    /// <summary>What an unknown user is compared with, so that the answer takes as long as for a known one.</summary>
    private static readonly string NobodysPassword = Convert.ToHexString(RandomNumberGenerator.GetBytes(16));

    private readonly byte[] _key = RandomNumberGenerator.GetBytes(32);
    private readonly ConcurrentDictionary<string, byte[]> _right = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<int, string> _nobody = new();
    private readonly SemaphoreSlim _turn = new(1);
    private int _waiting;

    /// <summary>Bcrypt hashes computed so far.</summary>
    public long Computed { get; private set; }

    public void Dispose() => _turn.Dispose();

    /// <summary>Judges the header <c>Authorization</c>.</summary>
    /// <param name="users">Hashes by name.</param>
    /// <param name="header">The header; null where there is none.</param>
    /// <param name="cancellation">Gives up waiting.</param>
    /// <returns>Whether it is right; null where too many wait.</returns>
    public async Task<bool?> IsRightAsync(IReadOnlyDictionary<string, string> users, string? header, CancellationToken cancellation)
    {
        if (!TryRead(header, out string user, out string password))
        {
            return false;
        }
        bool isKnown = users.TryGetValue(user, out string? hash);
        byte[] digest = Digest(user, hash ?? "", password);
        if (isKnown && _right.TryGetValue(user, out byte[]? right) && CryptographicOperations.FixedTimeEquals(right, digest))
        {
            return true;
        }
        if (Interlocked.Increment(ref _waiting) > MaxWaiting)
        {
            Interlocked.Decrement(ref _waiting);
            return null;
        }
        try
        {
            await _turn.WaitAsync(cancellation);
            try
            {
                bool isRight = await Task.Run(() => Compute(password, hash ?? NobodysHash(users)), cancellation) && isKnown;
                if (isRight)
                {
                    // One for each user at most: the table is as small as the file.
                    _right[user] = digest;
                }
                return isRight;
            }
            finally
            {
                _turn.Release();
            }
        }
        finally
        {
            Interlocked.Decrement(ref _waiting);
        }
    }

    private bool Compute(string password, string hash)
    {
        Computed++;
        try
        {
            return BCrypt.Net.BCrypt.Verify(password, hash);
        }
        catch (Exception failure) when (failure is SaltParseException or ArgumentException)
        {
            return false;
        }
    }

    private string NobodysHash(IReadOnlyDictionary<string, string> users) =>
        _nobody.GetOrAdd(users.Values.Max(hash => int.Parse(hash.AsSpan(4, 2), System.Globalization.CultureInfo.InvariantCulture)),
            cost => BCrypt.Net.BCrypt.HashPassword(NobodysPassword, cost));

    /// <summary>Over the hash too, so that a changed password ends what was right before.</summary>
    private byte[] Digest(string user, string hash, string password) => HMACSHA256.HashData(_key, Encoding.UTF8.GetBytes($"{user}\0{hash}\0{password}"));

    private static bool TryRead(string? header, out string user, out string password)
    {
        user = password = "";
        const string Scheme = "Basic ";
        if (header is null || !header.StartsWith(Scheme, StringComparison.OrdinalIgnoreCase))
        {
            return false;
        }
        byte[] bytes = new byte[header.Length];
        if (!Convert.TryFromBase64String(header[Scheme.Length..].Trim(), bytes, out int length))
        {
            return false;
        }
        string[] parts = Encoding.UTF8.GetString(bytes, 0, length).Split(':', 2);
        if (parts.Length != 2)
        {
            return false;
        }
        (user, password) = (parts[0], parts[1]);
        return true;
    }
}
