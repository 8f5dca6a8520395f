namespace Aggregator.Core.Kafka;

/// <summary>Looks at consumer groups without joining them. Every call is bounded in time (about 10 s).</summary>
public interface IGroupAdmin : IDisposable
{
    /// <exception cref="KafkaUnavailableException">No broker answered, or it refused us.</exception>
    Task<GroupDescription> DescribeGroupAsync(string group, IReadOnlyCollection<string> topics, CancellationToken cancellation);
}
