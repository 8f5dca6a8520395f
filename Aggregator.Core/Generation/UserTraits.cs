namespace Aggregator.Core.Generation;

/// <summary>What a user is.</summary>
/// <param name="Node">The index of the node that the user is connected to.</param>
/// <param name="Platform">The index of the user's platform.</param>
/// <param name="ClockErrorMs">How far the user's clock is ahead of the truth; negative where it is behind.</param>
internal readonly record struct UserTraits(int Node, int Platform, int ClockErrorMs)
{
    public int Region => Node / Population.NodesPerRegion;
}
