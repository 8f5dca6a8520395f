namespace Aggregator.Core.Generation;

/// <summary>
/// The users of the imagined system. What a user is (node, platform, clock) follows from the number of the user and the seed alone: nothing is stored.
/// </summary>
internal sealed class Population
{
    // Flatter than the 1 of word frequencies: of 100,000 users the busiest has 0.8 % of the traffic, not 8 %.
    private const double ZipfExponent = 0.7;

    public const int Platforms = 4;
    public const int NodesPerRegion = 2;
    public const int Nodes = 10;

    /// <summary>The node of <see cref="IncidentKind.NodeOutage"/>: im-03.</summary>
    public const int NodeThatFails = 2;

    private static readonly string[] RegionNames = ["cn-east", "cn-north", "eu-west", "us-east", "ap-south"];
    private static readonly double[] RegionShares = [0.35, 0.25, 0.15, 0.15, 0.10];
    private static readonly string[] PlatformNames = ["android", "ios", "web", "desktop"];
    private static readonly double[] PlatformShares = [0.45, 0.35, 0.12, 0.08];

    private readonly ulong _key;
    private readonly int _users;
    private readonly double _zipfRange;
    private readonly double _skewShare;
    private readonly double _maxSkewMs;

    public Population(TrafficSettings settings)
    {
        _key = TrafficRandom.Mix(~settings.Seed);
        _users = settings.Users;
        _zipfRange = Math.Pow(settings.Users, 1 - ZipfExponent) - 1;
        _skewShare = settings.SkewShare;
        _maxSkewMs = settings.MaxSkew.TotalMilliseconds;
    }

    public static string RegionOf(int node) => RegionNames[node / NodesPerRegion];

    public static string PlatformName(int platform) => PlatformNames[platform];

    public static string NodeName(int node) => FormattableString.Invariant($"im-{node + 1:00}");

    /// <summary>A user, 1 being the busiest: the inverse of the continuous Zipf distribution.</summary>
    public int Draw(TrafficRandom random) =>
        Math.Min(_users, (int)Math.Pow(_zipfRange * random.Uniform() + 1, 1 / (1 - ZipfExponent)));

    public UserTraits TraitsOf(int user)
    {
        ulong bits = TrafficRandom.Mix(_key + (ulong)user * 0x9E37_79B9_7F4A_7C15);
        int region = Choose(RegionShares, Fraction(bits));
        int node = region * NodesPerRegion + (int)(bits >> 63);
        ulong more = TrafficRandom.Mix(bits);
        return new(node, Choose(PlatformShares, Fraction(more)), ClockErrorMs(TrafficRandom.Mix(more)));
    }

    private int ClockErrorMs(ulong bits)
    {
        double fraction = Fraction(bits);
        if (fraction >= _skewShare)
        {
            return 0;
        }
        // what is left of the fraction is uniform in [0, 1) again
        int error = (int)(_maxSkewMs * (0.2 + 0.8 * (fraction / _skewShare)));
        return (bits >> 63) == 0 ? error : -error;
    }

    // the top bit is left to coin flips
    private static double Fraction(ulong bits) => ((bits & 0x7FFF_FFFF_FFFF_FFFF) >> 10) * (1.0 / (1UL << 53));

    private static int Choose(double[] shares, double fraction)
    {
        int choice = 0;
        while (choice < shares.Length - 1 && fraction >= shares[choice])
        {
            fraction -= shares[choice++];
        }
        return choice;
    }
}
