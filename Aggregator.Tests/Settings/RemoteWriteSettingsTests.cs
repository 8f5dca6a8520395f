using System.Collections;
using System.Text.RegularExpressions;
using Aggregator.Core.RemoteWrite;
using Aggregator.Host.Settings;
using Xunit;

namespace Aggregator.Tests.Settings;

public sealed class RemoteWriteSettingsTests
{
    [Theory]
    [InlineData("Url", "prometheus:9090", "must be the address of a receiver, for example http://prometheus:9090/api/v1/write")]
    [InlineData("Url", "ftp://a/b", "must be the address of a receiver, for example http://prometheus:9090/api/v1/write")]
    [InlineData("Username", "a:b", "must not have a colon")]
    [InlineData("TlsCaLocation", "/no/such.pem", "no such file; name a PEM file")]
    [InlineData("Timeout", "00:20:00", "must be from 00:00:00.1 to 00:10:00")]
    [InlineData("MinBackoff", "00:00:00", "must be from 00:00:00.001 to 00:10:00")]
    [InlineData("MaxBackoff", "02:00:00", "must be from 00:00:00.001 to 01:00:00")]
    [InlineData("MaxSamplesPerSend", "0", "must be a whole number from 1 to 10,000")]
    [InlineData("MaxBufferMiB", "5000", "must be a whole number from 1 to 4,096")]
    [InlineData("NativeHistograms", "yes", "must be true or false")]
    public void An_impossible_value_says_what_is_allowed(string name, string value, string problem) =>
        Assert.Equal($"1 setting cannot be used:\n  RemoteWrite:{name}  = {value}   {problem}", Complain($"RemoteWrite:{name}={value}"));

    [Fact]
    public void Everything_that_is_wrong_is_named_at_once()
    {
        string message = Complain("Aggregation:Groups=[[\"region\"]]", "RemoteWrite:Ulr=x", "RemoteWrite:Password=hunter2", "RemoteWrite:TlsKeyLocation=/no", "RemoteWrite:MaxBackoff=00:00:00.5",
            "RemoteWrite:ExternalLabels:region=eu", "RemoteWrite:ExternalLabels:1a=x", "RemoteWrite:ExternalLabels:job=", "RemoteWrite:ExternalLabels:__x=y", "RemoteWrite:ExternalLabels:code=y",
            "RemoteWrite:Headers:Content-Type=hunter3", "RemoteWrite:Headers:a b=hunter4");

        Assert.Equal("""
            11 settings cannot be used:
              RemoteWrite:ExternalLabels:1a  = x  must be a label's name: letters, digits and '_', no digit first
              RemoteWrite:ExternalLabels:__x  = y  must not begin with '__': such labels are Prometheus' own
              RemoteWrite:ExternalLabels:code  = y  is a label that the series have themselves
              RemoteWrite:ExternalLabels:job  =  must have a value: an empty one is the same as no label
              RemoteWrite:ExternalLabels:region  = eu  is a dimension of Aggregation:Groups
              RemoteWrite:TlsKeyLocation  = /no  no such file; name a PEM file
              RemoteWrite:Password  = ***  needs RemoteWrite:Username
              RemoteWrite:MaxBackoff  = 00:00:00.5  RemoteWrite:MaxBackoff must not be less than RemoteWrite:MinBackoff
              RemoteWrite:Headers:Content-Type  = ***  is set by the protocol
              RemoteWrite:Headers:a b  = ***  must be the name of an HTTP header
              RemoteWrite:Ulr  unknown; did you mean Url?
            """, Regex.Replace(message, "(?<! ) {2,}", "  "));
    }

    [Fact]
    public void One_way_to_authenticate_is_enough()
    {
        Assert.Equal("1 setting cannot be used:\n  RemoteWrite:BearerToken  = ***   cannot be used together with RemoteWrite:Username",
            Complain("RemoteWrite:Username=u", "RemoteWrite:Password=p", "RemoteWrite:BearerToken=t"));
        Assert.Equal("1 setting cannot be used:\n  RemoteWrite:Headers:authorization  = ***   cannot be used together with RemoteWrite:Username or RemoteWrite:BearerToken",
            Complain("RemoteWrite:Username=u", "RemoteWrite:Headers:authorization=x"));
    }

    [Fact]
    public void No_secret_is_shown_from_whatever_source_it_comes()
    {
        SettingsResult result = SettingsLoader.Load(null, ["RemoteWrite:Url=https://h/write?token=hunter1", "RemoteWrite:Headers:X-Key=hunter2", "RemoteWrite:BearerToken=hunter3"],
            new Hashtable { ["RemoteWrite__Headers__X-Other"] = "hunter4" });
        string shown = string.Join('\n', result.Values.Select(value => $"{value.Name}={value.Text}"));

        Assert.NotNull(result.Settings);
        Assert.DoesNotContain("hunter", shown, StringComparison.Ordinal);
        Assert.Contains("RemoteWrite:Url=https://h/write?***", shown, StringComparison.Ordinal);
        Assert.Equal(["X-Key", "X-Other"], result.Settings.RemoteWrite.Headers.Keys.Order(StringComparer.Ordinal));
        string message = Complain("RemoteWrite:Url=https://user:hunter5@h/write");
        Assert.DoesNotContain("hunter", message, StringComparison.Ordinal);
        Assert.Contains("must not have a user or password in it", message, StringComparison.Ordinal);
    }

    [Fact]
    public void What_is_set_arrives()
    {
        RemoteWriteSettings settings = SettingsLoader.Load(null,
            ["RemoteWrite:Url=http://h:9090/api/v1/write", "RemoteWrite:ExternalLabels:job=im", "RemoteWrite:NativeHistograms=false", "RemoteWrite:MaxSamplesPerSend=5"],
            new Hashtable { ["RemoteWrite__Username"] = "u", ["RemoteWrite__Password"] = "p" }).Settings!.RemoteWrite;

        Assert.Equal(("http://h:9090/api/v1/write", "u", "p", false, 5), (settings.Url!.ToString(), settings.Username, settings.Password, settings.NativeHistograms, settings.MaxSamplesPerSend));
        Assert.Equal([KeyValuePair.Create("job", "im")], settings.Labels.All);
    }

    private static string Complain(params string[] sets) => SettingErrors.Format(SettingsLoader.Load(null, sets, new Hashtable()).Errors);
}
