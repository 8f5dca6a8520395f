using Aggregator.Core.Kafka;
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
