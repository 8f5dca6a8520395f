using Xunit;

namespace Aggregator.Tests.Processes;

/// <summary>Tests that start the real program: one at a time, after the others, because they measure times on a small machine.</summary>
[CollectionDefinition(nameof(ProcessTests), DisableParallelization = true)]
public sealed class ProcessTests : ICollectionFixture<OwnBroker>;
