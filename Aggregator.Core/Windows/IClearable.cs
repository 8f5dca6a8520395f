namespace Aggregator.Core.Windows;

/// <summary>A state that can begin anew with the memory that it has.</summary>
public interface IClearable
{
    /// <summary>Begins anew: nothing but its name stays.</summary>
    void Clear();
}
