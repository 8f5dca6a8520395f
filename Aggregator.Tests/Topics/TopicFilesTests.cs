using Aggregator.Host.Settings;
using Aggregator.Host.Topics;
using NJsonSchema;
using Xunit;

namespace Aggregator.Tests.Topics;

public sealed class TopicFilesTests
{
    public static TheoryData<string> Names => [.. TopicCatalog.Embedded.Topics.Select(topic => topic.Name)];

    [Fact]
    public void Help_texts_say_what_the_catalog_says()
    {
        Assert.Equal(TopicCatalog.Names, TopicCatalog.Embedded.Topics.Select(topic => topic.Name));
        Assert.Equal(TopicCatalog.UsualPartitions, TopicCatalog.Embedded.Partitions);
    }

    [Theory]
    [MemberData(nameof(Names))]
    public async Task The_examples_are_what_the_schema_describes(string name)
    {
        TopicDefinition topic = TopicCatalog.Embedded.Topics.Single(topic => topic.Name == name);
        JsonSchema schema = await JsonSchema.FromJsonAsync(topic.Schema, TestContext.Current.CancellationToken);

        Assert.Empty(schema.Validate(topic.Example));
    }

    [Theory]
    [InlineData("im-latency", """{"msg_id":"m","send_ts":1767225600000,"other":{"a":[1]},"recv_ts":null,"latency":null,"from":7,"region":true}""", true)]
    [InlineData("im-latency", """{"msg_id":10086,"send_ts":1767225600000,"latency":-3.5}""", true)]
    [InlineData("im-latency", """{"send_ts":1767225600000}""", false)]
    [InlineData("im-latency", """{"msg_id":"","send_ts":1767225600000}""", false)]
    [InlineData("im-latency", """{"msg_id":"m","send_ts":1767225600}""", false)]
    [InlineData("im-latency", """{"msg_id":"m","send_ts":"1767225600000"}""", false)]
    [InlineData("im-latency", """{"msg_id":"m","send_ts":1767225600000,"latency":"42"}""", false)]
    [InlineData("im-latency", """{"msg_id":"m","send_ts":1767225600000,"to":{"id":1}}""", false)]
    [InlineData("ack", """{"msg_id":"m","ack_ts":1767225600000,"code":0,"send_ts":"x"}""", true)]
    [InlineData("ack", """{"msg_id":"m","ack_ts":null}""", false)]
    [InlineData("ack", """{"msg_id":"m","ack_ts":1767225600000,"code":true}""", false)]
    [InlineData("ack", """{"msg_id":"m","ack_ts":1767225600000,"region":[]}""", false)]
    [InlineData("ack", "[]", false)]
    public async Task The_schema_draws_the_line_where_the_contract_does(string name, string record, bool isValid)
    {
        TopicDefinition topic = TopicCatalog.Embedded.Topics.Single(topic => topic.Name == name);
        JsonSchema schema = await JsonSchema.FromJsonAsync(topic.Schema, TestContext.Current.CancellationToken);

        Assert.Equal(isValid, schema.Validate(record).Count == 0);
    }

    [Fact]
    public void The_schemas_know_every_field_of_the_contract()
    {
        IEnumerable<string> described = TopicCatalog.Embedded.Topics.SelectMany(topic =>
            JsonSchema.FromJsonAsync(topic.Schema).GetAwaiter().GetResult().Properties.Keys).Distinct();

        Assert.Equal(FieldsSection.ContractFields.Concat(["region", "platform", "node"]).Order(), described.Order());
    }
}
