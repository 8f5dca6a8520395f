using System.Text.RegularExpressions;
using Aggregator.Core.Publishing;
using CsCheck;
using Xunit;

namespace Aggregator.Tests.Publishing;

public sealed class MetricNamesTests
{
    [Theory]
    [InlineData("region", "region")]
    [InlineData("appVersion", "app_version")]
    [InlineData("AppVersion", "app_version")]
    [InlineData("HTTPStatus", "http_status")]
    [InlineData("os2Version", "os2_version")]
    [InlineData("data-center", "data_center")]
    [InlineData("data.center", "data_center")]
    [InlineData("2g", "_2g")]
    [InlineData("__name__", "name__")]
    [InlineData("_x", "x")]
    [InlineData("", "_")]
    [InlineData("地区", "_")]
    [InlineData("größe", "gr__e")]
    [InlineData("le", "le_dim")]
    [InlineData("Quantile", "quantile_dim")]
    [InlineData("type", "type_dim")]
    [InlineData("code", "code_dim")]
    [InlineData("result", "result_dim")]
    [InlineData("instance", "instance_dim")]
    [InlineData("count", "count_dim")]
    public void A_dimension_becomes_a_label_that_Prometheus_takes(string dimension, string label)
    {
        Assert.Equal(label, MetricNames.Label(dimension));
    }

    [Fact]
    public void Whatever_the_dimension_the_label_is_valid()
    {
        Regex valid = new("^(?!__)[a-z_][a-z0-9_]*$");
        string[] reserved = ["le", "quantile", "type", "code", "result"];
        Gen.String.Sample(dimension => valid.IsMatch(MetricNames.Label(dimension)) && !reserved.Contains(MetricNames.Label(dimension)));
    }

    [Fact]
    public void A_set_names_its_dimensions_in_its_order()
    {
        Assert.Equal("_by_region_platform", MetricNames.Suffix(["region", "platform"]));
        Assert.Equal("_by_platform_app_version", MetricNames.Suffix(["platform", "appVersion"]));
    }

    [Fact]
    public void Names_that_stay_apart_are_no_problem()
    {
        Assert.Empty(MetricNames.Problems([["region"], ["region", "platform"], ["platform", "region"], ["node"]]));
    }

    [Fact]
    public void Dimensions_that_become_one_label_are_reported()
    {
        Assert.Equal(
            ["""["data-center", "x", "data.center"]: ["data-center", "data.center"] would all be the label data_center; rename all but one (--set Fields:NAME=FIELD maps a name to a field)"""],
            MetricNames.Problems([["data-center", "x", "data.center"]]));
    }

    [Fact]
    public void Sets_that_become_one_family_are_reported()
    {
        Assert.Equal(
            ["""["a", "b"] and ["a_b"] would share the metrics im_online_users_by_a_b; rename a dimension (--set Fields:NAME=FIELD maps a name to a field)"""],
            MetricNames.Problems([["a", "b"], ["a_b"], ["c"]]));
    }

    [Fact]
    public void An_output_is_not_built_on_names_that_collide()
    {
        ArgumentException failure = Assert.Throws<ArgumentException>(
            () => new PrometheusOutput(new() { Groups = [["a", "b"], ["a_b"]] }));
        Assert.Contains("im_online_users_by_a_b", failure.Message, StringComparison.Ordinal);
    }
}
