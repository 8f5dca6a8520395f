using System.Collections;
using Aggregator.Core.Windows;
using Aggregator.Host.Settings;
using Xunit;

namespace Aggregator.Tests.Settings;

public sealed class SettingsLoaderTests : IDisposable
{
    private readonly string _file = Path.Combine(Path.GetTempPath(), Path.GetRandomFileName() + ".json");

    public void Dispose() => File.Delete(_file);

    [Fact]
    public void Nothing_set_gives_the_defaults_of_the_contract()
    {
        AggregatorSettings settings = Load();

        Assert.Equal(new AggregationSettings { Groups = settings.Aggregation.Groups }, settings.Aggregation);
        Assert.Empty(settings.Aggregation.Groups);
        Assert.Equal("localhost:9092", settings.Kafka.BootstrapServers);
        Assert.Equal("aggregator", settings.Kafka.GroupId);
        Assert.Equal("im-latency", settings.Kafka.LatencyTopic);
        Assert.Equal("ack", settings.Kafka.AckTopic);
        Assert.Equal("earliest", settings.Kafka.AutoOffsetReset);
        Assert.Equal("classic", settings.Kafka.GroupProtocol);
        Assert.Null(settings.Kafka.DeadLetterTopic);
        Assert.Empty(settings.Kafka.Properties);
        Assert.Equal("send_ts", settings.Fields.SendTs);
    }

    [Fact]
    public void The_defaults_as_the_contract_writes_them_can_be_read_back()
    {
        AggregatorSettings settings = Load("""
            {"Aggregation": {"Window": "00:01:00", "Lateness": "00:00:10", "AckTimeout": "00:01:00", "IdleTimeout": "00:00:15",
                             "MaxFutureSkew": "00:05:00", "Identity": "message", "Groups": []},
             "Kafka": {"BootstrapServers": "localhost:9092", "GroupId": "aggregator", "LatencyTopic": "im-latency", "AckTopic": "ack",
                       "AutoOffsetReset": "earliest", "GroupProtocol": "classic", "Transport": "consume", "DeadLetterTopic": null, "Properties": {}}}
            """);

        Assert.Equal(new AggregationSettings { Groups = settings.Aggregation.Groups }, settings.Aggregation);
        Assert.Null(settings.Kafka.DeadLetterTopic);
    }

    [Fact]
    public void The_command_line_wins_over_the_environment_and_that_over_the_file()
    {
        AggregatorSettings settings = Load(
            """{"Aggregation": {"Window": "00:00:10", "Lateness": "00:00:01", "IdleTimeout": "00:00:20"}}""",
            ["Aggregation:Window=00:00:30", "Aggregation:Window=00:00:15"],
            new() { ["Aggregation__Window"] = "00:00:20", ["Aggregation__Lateness"] = "00:00:02" });

        Assert.Equal(TimeSpan.FromSeconds(15), settings.Aggregation.Window);
        Assert.Equal(TimeSpan.FromSeconds(2), settings.Aggregation.Lateness);
        Assert.Equal(TimeSpan.FromSeconds(20), settings.Aggregation.IdleTimeout);
    }

    [Fact]
    public void Names_of_sections_and_settings_are_taken_in_any_case()
    {
        AggregatorSettings settings = Load(
            """{"aggregation": {"LATENESS": "00:00:02"}}""", ["aggregation:window=00:00:10"], new() { ["KAFKA__GROUPID"] = "g" });

        Assert.Equal(TimeSpan.FromSeconds(10), settings.Aggregation.Window);
        Assert.Equal(TimeSpan.FromSeconds(2), settings.Aggregation.Lateness);
        Assert.Equal("g", settings.Kafka.GroupId);
    }

    [Fact]
    public void Variables_of_other_programs_are_left_alone()
    {
        AggregatorSettings settings = Load(environment: new() { ["KAFKA_PORT"] = "tcp://10.0.0.1:9092", ["Logging__LogLevel"] = "x", ["PATH"] = "/bin" });

        Assert.Equal("localhost:9092", settings.Kafka.BootstrapServers);
    }

    [Theory]
    [InlineData("00:05:00")]
    [InlineData("00:00:10")]
    public void An_ack_timeout_that_nobody_set_is_one_window(string window)
    {
        AggregatorSettings settings = Load(sets: [$"Aggregation:Window={window}"]);

        Assert.Equal(settings.Aggregation.Window, settings.Aggregation.AckTimeout);
    }

    [Fact]
    public void Lists_are_json_in_every_source()
    {
        const string Groups = """[["region"],["region","platform"]]""";

        foreach (AggregatorSettings settings in new[]
        {
            Load("{\"Aggregation\": {\"Groups\": " + Groups + "}}"),
            Load(sets: [$"Aggregation:Groups={Groups}"]),
            Load(environment: new() { ["Aggregation__Groups"] = Groups }),
        })
        {
            Assert.Equal([["region"], ["region", "platform"]], settings.Aggregation.Groups);
        }
    }

    [Fact]
    public void Kafka_properties_add_up_over_the_sources_and_null_takes_one_away()
    {
        AggregatorSettings settings = Load(
            """{"Kafka": {"Properties": {"fetch.min.bytes": 1, "check.crcs": true, "client.rack": "a", "debug": "all"}}}""",
            ["Kafka:Properties:client.rack=c", "Kafka:Properties={\"debug\": null}"],
            new() { ["Kafka__Properties__client.rack"] = "b" });

        Assert.Equal(
            new Dictionary<string, string> { ["fetch.min.bytes"] = "1", ["check.crcs"] = "true", ["client.rack"] = "c" }, settings.Kafka.Properties);
    }

    [Fact]
    public void Null_and_an_empty_text_take_back_what_an_earlier_source_set()
    {
        const string Json = """{"Kafka": {"DeadLetterTopic": "dead", "GroupId": "g"}}""";

        Assert.Null(Load(Json, ["Kafka:DeadLetterTopic="]).Kafka.DeadLetterTopic);
        Assert.Null(Load(Json, ["Kafka:DeadLetterTopic=null"]).Kafka.DeadLetterTopic);
        Assert.Equal("aggregator", Load(Json, ["Kafka:GroupId=null"]).Kafka.GroupId);
    }

    [Fact]
    public void Fields_and_dimensions_can_have_other_names_in_the_records()
    {
        AggregatorSettings settings = Load(
            """{"Aggregation": {"Groups": [["region"], ["Region", "os"]]}, "Fields": {"msg_id": "id", "from": "uid", "region": "geo", "Region": "zone"}}""");

        Assert.Equal("id", settings.Fields.MsgId);
        Assert.Equal("uid", settings.Fields.From);
        Assert.Equal("to", settings.Fields.To);
        Assert.Equal(new Dictionary<string, string> { ["region"] = "geo", ["Region"] = "zone" }, settings.Fields.Dimensions);
    }

    [Fact]
    public void A_file_may_have_comments_trailing_commas_and_a_byte_order_mark()
    {
        AggregatorSettings settings = Load("\uFEFF{\n// ten seconds\n\"Aggregation\": {\"Window\": \"00:00:10\",}, /* none */ \"Kafka\": null,}");

        Assert.Equal(TimeSpan.FromSeconds(10), settings.Aggregation.Window);
    }

    [Fact]
    public void Each_value_tells_where_it_comes_from_and_secrets_are_masked()
    {
        SettingsResult result = Try(
            "{\"Kafka\": {\n\"GroupId\": \"g\"}}",
            ["Kafka:SaslPassword=hunter2", "Kafka:Properties:ssl.key.password=hunter3"],
            new() { ["Kafka__ClientId"] = "c" });

        Assert.Equal(new SettingValue("Kafka:GroupId", "g", SettingSource.File, _file + ":2"), Value("Kafka:GroupId"));
        Assert.Equal(new SettingValue("Kafka:ClientId", "c", SettingSource.Environment, "environment"), Value("Kafka:ClientId"));
        Assert.Equal(new SettingValue("Kafka:SaslPassword", "***", SettingSource.CommandLine, "--set"), Value("Kafka:SaslPassword"));
        Assert.Equal(new SettingValue("Kafka:AckTopic", "ack", SettingSource.Default, "default"), Value("Kafka:AckTopic"));
        Assert.DoesNotContain(result.Values, value => value.Text.Contains("hunter", StringComparison.Ordinal));

        SettingValue Value(string name) => result.Values.Single(value => value.Name == name);
    }

    private AggregatorSettings Load(string? json = null, string[]? sets = null, Hashtable? environment = null)
    {
        SettingsResult result = Try(json, sets, environment);
        Assert.Empty(result.Errors);
        return result.Settings!;
    }

    private SettingsResult Try(string? json = null, string[]? sets = null, Hashtable? environment = null)
    {
        if (json is not null)
        {
            File.WriteAllText(_file, json);
        }
        return SettingsLoader.Load(json is null ? null : _file, sets ?? [], environment ?? []);
    }
}
