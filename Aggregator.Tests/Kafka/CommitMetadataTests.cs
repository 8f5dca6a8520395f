using Aggregator.Core.Kafka;
using Aggregator.Core.Records;
using CsCheck;
using Xunit;

namespace Aggregator.Tests.Kafka;

public sealed class CommitMetadataTests
{
    [Theory]
    [InlineData(1712345650000L, 1712345640000L, "v1;w=1712345650000;f=1712345640000")]
    [InlineData(null, 1712345640000L, "v1;w=-;f=1712345640000")]
    [InlineData(1712345650000L, null, "v1;w=1712345650000;f=-")]
    [InlineData(null, null, "v1;w=-;f=-")]
    public void What_is_written_is_read_again(long? watermark, long? final, string text)
    {
        var metadata = new CommitMetadata(watermark, final);

        Assert.Equal(text, metadata.Format());
        Assert.Equal(CommitMetadataOutcome.Usable, CommitMetadata.Parse(text, out CommitMetadata? read));
        Assert.Equal(metadata, read);
    }

    [Fact]
    public void Times_that_passed_over_the_partition_are_written_behind_the_rest()
    {
        var metadata = new CommitMetadata(5, 6, 7) { Passages = [new IdlePassage(77, 1712345700000), new IdlePassage(81, 1712345760000)] };

        Assert.Equal("v1;w=5;f=6;l=7;i=77@1712345700000,81@1712345760000", metadata.Format());
        Assert.Equal(CommitMetadataOutcome.Usable, CommitMetadata.Parse(metadata.Format(), out CommitMetadata? read));
        Assert.Equal(metadata, read);
        Assert.NotEqual(metadata with { Passages = [] }, read);
    }

    [Fact]
    public void As_many_as_are_kept_fit_into_what_brokers_take()
    {
        IdlePassage[] passages = [.. Enumerable.Range(0, 64).Select(i => new IdlePassage(long.MaxValue - 64 + i, 4_102_444_700_000 + i))];
        var metadata = new CommitMetadata(long.MinValue, long.MinValue, long.MinValue) { Passages = passages };

        Assert.InRange(metadata.Format().Length, 1, 4096);
        Assert.Equal(CommitMetadataOutcome.Usable, CommitMetadata.Parse(metadata.Format(), out CommitMetadata? read));
        Assert.Equal(metadata, read);
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    public void No_metadata_is_absent(string? text) => Expect(CommitMetadataOutcome.Absent, text);

    [Theory]
    [InlineData("v2;w=1;f=2")]
    [InlineData("v2")]
    [InlineData("v17;{\"anything\":true}")]
    public void A_later_version_is_not_guessed_at(string text) => Expect(CommitMetadataOutcome.NewerVersion, text);

    [Theory]
    [InlineData("v1")]
    [InlineData("v1;")]
    [InlineData("v1;w=1")]
    [InlineData("v1;f=1")]
    [InlineData("v1;w=1;f=2;")]
    [InlineData("v1;w=1;w=2;f=3")]
    [InlineData("v1;w=;f=2")]
    [InlineData("v1;w=1x;f=2")]
    [InlineData("v1;w=99999999999999999999;f=2")]
    [InlineData("v1;w 1;f=2")]
    [InlineData("v1;=1;w=1;f=2")]
    [InlineData("v0;w=1;f=2")]
    [InlineData("v-1;w=1;f=2")]
    [InlineData("v;w=1;f=2")]
    [InlineData("w=1;f=2")]
    [InlineData("another program's text")]
    [InlineData("v1;w=1;f=2;i=")]
    [InlineData("v1;w=1;f=2;i=5")]
    [InlineData("v1;w=1;f=2;i=5@")]
    [InlineData("v1;w=1;f=2;i=5@6,")]
    [InlineData("v1;w=1;f=2;i=-5@6")]
    [InlineData("v1;w=1;f=2;i=5@6,5@7")]
    [InlineData("v1;w=1;f=2;i=5@6,7@6")]
    [InlineData("v1;w=1;f=2;i=5@6;i=7@8")]
    public void Damage_is_recognized(string text) => Expect(CommitMetadataOutcome.Damaged, text);

    [Fact]
    public void Fields_of_a_later_revision_are_passed_over()
    {
        Assert.Equal(CommitMetadataOutcome.Usable, CommitMetadata.Parse("v1;t=abc;w=5;x=;f=-;z=1=2", out CommitMetadata? metadata));
        Assert.Equal(new CommitMetadata(5, null), metadata);
    }

    [Fact]
    public void Whatever_the_text_reading_it_gives_an_outcome() => Gen.String.Sample(
        text => (CommitMetadata.Parse("v1;" + text, out CommitMetadata? metadata) == CommitMetadataOutcome.Usable) == (metadata is not null));

    private static void Expect(CommitMetadataOutcome outcome, string? text)
    {
        Assert.Equal(outcome, CommitMetadata.Parse(text, out CommitMetadata? metadata));
        Assert.Null(metadata);
    }
}
