using System.Reflection;
using System.Runtime.CompilerServices;
using Aggregator.Core.Tuning;
using Xunit;

namespace Aggregator.Tests.Tuning;

/// <summary>Without any trick of the data path results are the same: each is left out in a copy of the program beside this one.</summary>
public class TrickTests
{
    private static readonly Lazy<string[]> WithAll = new(TrickRun.Results);

    public static TheoryData<string> Names => [.. Switches(typeof(Tricks)).Select(trick => trick.Name)];

    [Fact]
    public void All_tricks_are_there_unless_somebody_takes_them_out() => Assert.All(Switches(typeof(Tricks)), field => Assert.Equal(true, field.GetValue(null)));

    [Theory]
    [MemberData(nameof(Names))]
    public void Without_a_trick_results_are_the_same(string name)
    {
        ProgramCopy copy = new();
        Type tricks = copy.TypeOf(typeof(Tricks));
        // Ours are read before, and the copy's while the switch is set.
        RuntimeHelpers.RunClassConstructor(typeof(Tricks).TypeHandle);
        AppContext.SetSwitch(Tricks.Prefix + name, true);
        RuntimeHelpers.RunClassConstructor(tricks.TypeHandle);
        AppContext.SetSwitch(Tricks.Prefix + name, false);
        Type run = copy.TypeOf(typeof(TrickRun));

        Assert.Equal([name], Switches(tricks).Where(field => field.GetValue(null) is false).Select(field => field.Name));
        Assert.Null(Call(run, nameof(TrickRun.DifferenceFromReference)));
        Assert.Equal(WithAll.Value, (string[])Call(run, nameof(TrickRun.Results))!);
        copy.Unload();
    }

    private static IEnumerable<FieldInfo> Switches(Type tricks) => tricks.GetFields(BindingFlags.Public | BindingFlags.Static).Where(field => field.FieldType == typeof(bool));

    private static object? Call(Type type, string method) => type.GetMethod(method, BindingFlags.Public | BindingFlags.Static)!.Invoke(null, []);
}
