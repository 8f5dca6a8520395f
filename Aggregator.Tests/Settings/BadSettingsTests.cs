using System.Collections;
using Aggregator.Host.Settings;
using Xunit;

namespace Aggregator.Tests.Settings;

public sealed class BadSettingsTests : IDisposable
{
    private readonly string _file = Path.Combine(Path.GetTempPath(), Path.GetRandomFileName() + ".json");

    public void Dispose() => File.Delete(_file);

    [Fact]
    public void Every_error_is_named_at_once()
    {
        string message = Complain("Aggregation:Window=00:00:07", "Aggregation:AckTimeout=00:00:30", "Aggregation:Winodw=1");

        Assert.Equal("""
            3 settings cannot be used:
              Aggregation:Window      = 00:00:07   must divide an hour: 1 s, 10 s, 15 s, 30 s, 1 min, 5 min, …
              Aggregation:AckTimeout  = 00:00:30   must be a whole multiple of Window (00:01:00)
              Aggregation:Winodw      unknown; did you mean Window?
            """, message);
    }

    [Theory]
    [InlineData("00:00:14")]
    [InlineData("00:02:00")]
    public void A_time_out_that_fits_the_window_as_given_or_as_it_would_be_is_no_second_error(string timeout) => Assert.Equal(
        "1 setting cannot be used:\n  Aggregation:Window  = 00:00:07   must divide an hour: 1 s, 10 s, 15 s, 30 s, 1 min, 5 min, …",
        Complain("Aggregation:Window=00:00:07", "Aggregation:AckTimeout=" + timeout));

    [Theory]
    [InlineData("Window", "00:00:00", "must divide an hour: 1 s, 10 s, 15 s, 30 s, 1 min, 5 min, …")]
    [InlineData("Window", "00:00:00.500", "must divide an hour: 1 s, 10 s, 15 s, 30 s, 1 min, 5 min, …")]
    [InlineData("Window", "02:00:00", "must divide an hour: 1 s, 10 s, 15 s, 30 s, 1 min, 5 min, …")]
    [InlineData("Window", "60", "must be a time as hh:mm:ss; for 60 s write 00:01:00")]
    [InlineData("Window", "10s", "must be a time as hh:mm:ss; for 10 s write 00:00:10")]
    [InlineData("Window", "soon", "must be a time as hh:mm:ss, for example 00:01:00")]
    [InlineData("Window", "24:00:00", "must be a time as hh:mm:ss, for example 00:01:00")]
    [InlineData("AckTimeout", "00:01:30", "must be a whole multiple of Window (00:01:00)")]
    [InlineData("AckTimeout", "00:00:00", "must be a whole multiple of Window (00:01:00)")]
    [InlineData("AckTimeout", "8.00:00:00", "must be at most 7.00:00:00")]
    [InlineData("Lateness", "-00:00:01", "must be from 00:00:00 to 7.00:00:00")]
    [InlineData("Lateness", "00:00:00.0001", "must be whole milliseconds")]
    [InlineData("IdleTimeout", "00:00:00", "must be from 00:00:00.001 to 1.00:00:00")]
    [InlineData("MaxFutureSkew", "-00:00:01", "must be from 00:00:00 to 36500.00:00:00")]
    [InlineData("Identity", "user", "must be message or recipient")]
    [InlineData("MaxSeries", "0", "must be a whole number from 1 to 10,000")]
    [InlineData("MaxErrorCodes", "1e3", "must be a whole number from 1 to 10,000")]
    [InlineData("MaxOpenWindows", "9", "must be a whole number from 10 to 10,000,000")]
    [InlineData("Groups", "region", "must be a list of lists of names as JSON: [[\"region\"], [\"region\", \"platform\"]]")]
    [InlineData("Groups", "[\"region\"]", "must be a list of lists of names as JSON: [[\"region\"], [\"region\", \"platform\"]]")]
    [InlineData("Groups", "[[]]", "a dimension set must have at least one name; the total is always there")]
    [InlineData("Groups", "[[\"a\",\"\"]]", "a dimension must have a name")]
    [InlineData("Groups", "[[\"a\",\"a\"]]", "[\"a\", \"a\"] has a name twice")]
    [InlineData("Groups", "[[\"a\",\"b\"],[\"a\",\"b\"]]", "[\"a\", \"b\"] occurs twice; the order of the names makes no difference")]
    [InlineData("Groups", "[[\"a\",\"b\"],[\"b\",\"a\"]]", "[\"b\", \"a\"] occurs twice; the order of the names makes no difference")]
    [InlineData("Groups", "[[\"a\",\"a\"],[],[\"b\"]]", "[\"a\", \"a\"] has a name twice; a dimension set must have at least one name; the total is always there")]
    [InlineData("AckTimeout", "-00:01:00", "must be a whole multiple of Window (00:01:00)")]
    [InlineData("Groups", "[[\"uid\"]]", "\"uid\" is a field of the records; a dimension must have another name")]
    public void An_impossible_value_of_the_aggregation_says_what_is_allowed(string name, string value, string problem) =>
        Assert.Equal($"1 setting cannot be used:\n  Aggregation:{name}  = {value}   {problem}", Complain($"Aggregation:{name}={value}"));

    [Theory]
    [InlineData("BootstrapServers", "", "must be brokers as host:port, several separated by commas")]
    [InlineData("BootstrapServers", "a:9092,b:99999", "must be brokers as host:port, several separated by commas")]
    [InlineData("GroupId", " ", "must not be empty")]
    [InlineData("LatencyTopic", "im latency", "must be a topic's name: 1 to 249 letters, digits, '.', '_' or '-'")]
    [InlineData("AckTopic", "im-latency", "must differ from the other topic")]
    [InlineData("DeadLetterTopic", "ack", "must be none of the topics that are read: copies would be read again for ever")]
    [InlineData("AutoOffsetReset", "none", "must be earliest or latest")]
    [InlineData("GroupProtocol", "kip848", "must be classic or consumer")]
    [InlineData("Transport", "bulk", "must be consume or batch")]
    [InlineData("Affinity", "all", "must be auto or shared or none")]
    [InlineData("SecurityProtocol", "tls", "must be plaintext or ssl or sasl_plaintext or sasl_ssl")]
    [InlineData("SecurityProtocol", "sasl_ssl", "needs Kafka:SaslMechanism: PLAIN, SCRAM-SHA-256, SCRAM-SHA-512, OAUTHBEARER or GSSAPI")]
    [InlineData("SessionTimeout", "01:00:00", "must be from 00:00:01 to 00:30:00, in whole milliseconds")]
    [InlineData("Properties", "[1]", "must be an object as JSON: {\"fetch.min.bytes\": 1}")]
    public void An_impossible_value_of_kafka_says_what_is_allowed(string name, string value, string problem) =>
        Assert.Equal($"1 setting cannot be used:\n  Kafka:{name}  = {value}   {problem}", Complain($"Kafka:{name}={value}"));

    [Fact]
    public void Sasl_without_a_password_is_named_before_a_broker_refuses_it()
    {
        string message = Complain("Kafka:SecurityProtocol=SASL_SSL", "Kafka:SaslMechanism=plain", "Kafka:SaslUsername=im");

        Assert.Equal("1 setting cannot be used:\n  Kafka:SaslMechanism  = plain   needs Kafka:SaslPassword", message);
    }

    [Fact]
    public void Unknown_names_in_every_place_are_errors()
    {
        File.WriteAllText(_file, """
            {
              "Agregation": {"Window": "00:01:00"},
              "Kafka": {"Bootstrap": "a:1"},
              "Fields": {"msgid": "id", "platform": "os"},
              "Logging": 3
            }
            """);

        string message = SettingErrors.Format(SettingsLoader.Load(_file, ["Aggregation:Groups:0:0=region"], new Hashtable { ["Kafka__Group"] = "g" }).Errors);

        Assert.Equal($"""
            7 settings cannot be used:
              Agregation              section unknown; did you mean Aggregation? ({_file}:2)
              Logging                 section unknown; known are Aggregation, Kafka, Fields, RemoteWrite ({_file}:5)
              Aggregation:Groups:0:0  unknown; Groups takes its whole value at once, lists as JSON
              Kafka:Bootstrap         unknown; known are BootstrapServers, GroupId, LatencyTopic, AckTopic, AutoOffsetReset, GroupProtocol, Transport, Affinity, DeadLetterTopic, ClientId, SecurityProtocol, SaslMechanism, SaslUsername, SaslPassword, SslCaLocation, SessionTimeout, Properties ({_file}:3)
              Kafka:Group             unknown; did you mean GroupId? (environment)
              Fields:msgid            unknown; did you mean msg_id? ({_file}:4)
              Fields:platform         unknown; known are msg_id, send_ts, recv_ts, latency, from, to, ack_ts, uid, code ({_file}:4)
            """, message);
    }

    [Fact]
    public void Two_fields_of_one_record_cannot_have_one_name()
    {
        Assert.Equal(
            "1 setting cannot be used:\n  Fields:from  = to   is the name of to too; fields of one record must have different names", Complain("Fields:from=to"));
        Assert.Equal(
            "1 setting cannot be used:\n  Fields:os  = uid   is the name of uid too; fields of one record must have different names",
            Complain("Aggregation:Groups=[[\"os\"]]", "Fields:os=uid"));
    }

    [Fact]
    public void A_secret_never_shows_up_in_an_error()
    {
        string message = Complain(
            "Kafka:SaslPasword=hunter2", "Kafka.SaslPassword=hunter2", "Kafka:SaslPassword:x=hunter2", "Kafkaa:SaslPassword=hunter2", "SaslPassword=hunter2");

        Assert.DoesNotContain("hunter", message, StringComparison.Ordinal);
        Assert.Contains("Kafka:SaslPasword         unknown; did you mean SaslPassword?", message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_broken_file_is_named_with_line_and_column()
    {
        Assert.Equal(
            $"1 setting cannot be used:\n  {_file}:2:26  is not JSON: '}}' is invalid after a property name. Expected a ':'.",
            ComplainOf("{\n \"Aggregation\": {\"Window\"}}"));
        Assert.Equal($"1 setting cannot be used:\n  {_file}:1  must be a JSON object: {{\"Aggregation\": {{…}}, \"Kafka\": {{…}}}}", ComplainOf("[]"));
        Assert.Equal($"1 setting cannot be used:\n  Aggregation  must be an object of settings ({_file}:1)", ComplainOf("{\"Aggregation\": 1}"));
        Assert.Equal($"1 setting cannot be used:\n  Kafka:groupid  is set twice in this file ({_file}:2)", ComplainOf("{\"Kafka\": {\"GroupId\": \"a\",\n\"groupid\": \"b\"}}"));
        Assert.StartsWith($"1 setting cannot be used:\n  {_file}:1:1  is not JSON: ", ComplainOf(""), StringComparison.Ordinal);
    }

    [Fact]
    public void A_file_that_is_not_there_is_an_error_and_hides_no_others()
    {
        SettingsResult result = SettingsLoader.Load("/nowhere/aggregator.json", ["Window"], new Hashtable());

        Assert.Equal("""
            2 settings cannot be used:
              --config /nowhere/aggregator.json  no such file
              --set Window                       must be Section:Key=VALUE, for example Aggregation:Window=00:00:10
            """, SettingErrors.Format(result.Errors));
        Assert.Null(result.Settings);
    }

    [Fact]
    public void Windows_that_are_open_by_right_must_be_allowed() =>
        Assert.Equal(
            "1 setting cannot be used:\n  Aggregation:MaxOpenWindows  = 70   must be at least 71, the windows that AckTimeout and Lateness keep open",
            Complain("Aggregation:Window=00:00:01", "Aggregation:AckTimeout=00:01:00", "Aggregation:MaxOpenWindows=70"));

    [Fact]
    public void Rules_of_other_rooms_are_asked_too()
    {
        SettingsResult result = SettingsLoader.Load(null, [], new Hashtable(), [_ => [new("Kafka:Properties:x", "1", "is not allowed")]]);

        Assert.Equal("1 setting cannot be used:\n  Kafka:Properties:x  = 1   is not allowed", SettingErrors.Format(result.Errors));
        Assert.Null(result.Settings);
    }

    [Fact]
    public void Dimensions_that_would_be_one_label_are_refused()
    {
        SettingsResult result = SettingsLoader.Load(null, ["Aggregation:Groups=[[\"app-id\",\"app_id\"]]"], new Hashtable(), SettingsChecks.All);

        Assert.Equal(
            "1 setting cannot be used:\n  Aggregation:Groups  [\"app-id\", \"app_id\"]: [\"app-id\", \"app_id\"] would all be the label app_id; "
            + "rename all but one (--set Fields:NAME=FIELD maps a name to a field)",
            SettingErrors.Format(result.Errors));
    }

    [Fact]
    public void The_client_of_Kafka_judges_its_own_keys_and_the_source_is_named()
    {
        File.WriteAllText(_file, "{\"Kafka\": {\"Properties\": {\n\"fetch.min.byte\": 1}}}");

        SettingsResult result = SettingsLoader.Load(
            _file, ["Kafka:Properties:plugin.library.paths=/x", "Kafka:Properties:fetch.min.bytes=-4"], new Hashtable(), SettingsChecks.All);

        Assert.Equal($"""
            3 settings cannot be used:
              Kafka:Properties:fetch.min.byte        = 1    No such configuration property: "fetch.min.byte" ({_file}:1)
              Kafka:Properties:fetch.min.bytes       = -4   Configuration property "fetch.min.bytes" value -4 is outside allowed range 0..2147483647
              Kafka:Properties:plugin.library.paths  = /x   cannot be set: it loads or runs other code
            """, SettingErrors.Format(result.Errors));
    }

    [Fact]
    public void A_file_of_authorities_that_is_not_there_is_named()
    {
        SettingsResult result = SettingsLoader.Load(
            null, ["Kafka:SecurityProtocol=ssl", "Kafka:SslCaLocation=/nowhere/ca.pem"], new Hashtable(), SettingsChecks.All);

        Assert.Equal(
            "1 setting cannot be used:\n  Kafka:SslCaLocation  = /nowhere/ca.pem   "
            + "no such file; name a PEM file of the authorities that signed the brokers' certificates",
            SettingErrors.Format(result.Errors));
    }

    private string ComplainOf(string json)
    {
        File.WriteAllText(_file, json);
        return SettingErrors.Format(SettingsLoader.Load(_file, [], new Hashtable()).Errors);
    }

    private static string Complain(params string[] sets) => SettingErrors.Format(SettingsLoader.Load(null, sets, new Hashtable()).Errors);
}
