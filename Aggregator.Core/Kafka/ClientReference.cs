using System.Runtime.InteropServices;

namespace Aggregator.Core.Kafka;

/// <summary>Keeps a native client from being destroyed during a call.</summary>
internal readonly ref struct ClientReference
{
    private readonly SafeHandle _handle;

    public ClientReference(SafeHandle handle)
    {
        bool added = false;
        handle.DangerousAddRef(ref added);
        _handle = handle;
        Pointer = handle.DangerousGetHandle();
    }

    public nint Pointer { get; }

    public void Dispose() => _handle.DangerousRelease();
}
