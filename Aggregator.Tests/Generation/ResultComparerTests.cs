using Aggregator.Tests.Support;
using Xunit;

namespace Aggregator.Tests.Generation;

public class ResultComparerTests
{
    [Theory]
    [InlineData("""{"a":1,"b":{}}""", """{"b":{},"a":1.0}""")]
    [InlineData("""{"latency_ms":{"p99":5000}}""", """{"latency_ms":{"p99":5010}}""")]
    [InlineData("""{"delivery_ratio":0.3333333333333333}""", """{"delivery_ratio":0.33333333333}""")]
    [InlineData("""{"online_users":100000}""", """{"online_users":101000}""")]
    public void Equal_within_the_tolerances(string expected, string actual) => Assert.Null(ResultComparer.Difference(expected, actual));

    [Theory]
    [InlineData("""{"a":1}""", """{"a":2}""", "a is 2, expected 1")]
    [InlineData("""{"a":1}""", """{}""", "a is absent, expected 1")]
    [InlineData("""{}""", """{"group":{"region":""}}""", """group is {"region":""}, expected none""")]
    [InlineData("""{"a":1}""", """{"a":1,"a":1}""", "a stands there twice")]
    [InlineData("""{"latency_ms":{"p99":4095}}""", """{"latency_ms":{"p99":4096}}""", "latency_ms.p99 is 4096, expected 4095")]
    [InlineData("""{"latency_ms":{"p99":5000}}""", """{"latency_ms":{"p99":5011}}""", "latency_ms.p99 is 5011, expected 5000")]
    [InlineData("""{"latency_ms":{"max":5000}}""", """{"latency_ms":{"max":5001}}""", "latency_ms.max is 5001, expected 5000")]
    [InlineData("""{"online_users":65536}""", """{"online_users":65537}""", "online_users is 65537, expected 65536")]
    [InlineData("""{"delivery_ratio":0.5}""", """{"delivery_ratio":0.50000001}""", "delivery_ratio is 0.50000001, expected 0.5")]
    public void The_first_difference_is_told(string expected, string actual, string message) => Assert.Equal(message, ResultComparer.Difference(expected, actual));

    [Fact]
    public void A_line_too_few_and_one_too_many_are_told()
    {
        Assert.Equal("line 2 of 2 is missing:\n  expected: {\"a\":2}", ResultComparer.Difference(["{\"a\":1}", "{\"a\":2}"], ["{\"a\":1}"]));
        Assert.Equal("line 1 is one too many:\n  actual:   {}", ResultComparer.Difference([], ["{}"]));
    }
}
