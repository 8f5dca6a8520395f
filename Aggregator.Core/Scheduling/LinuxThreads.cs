using System.Buffers.Text;
using System.Globalization;
using System.Runtime.InteropServices;
using System.Text;

namespace Aggregator.Core.Scheduling;

/// <summary>The threads of this process as Linux tells of them in <c>/proc/self/task</c>, and <c>sched_setaffinity</c>. Elsewhere it knows of none.</summary>
internal sealed partial class LinuxThreads : IThreadBinding
{
    private const string Tasks = "/proc/self/task";

    // 1,024 processors, as in cpu_set_t.
    private const int MaskWords = 16;

    // "schedstat" has three numbers, "comm" a name of 15 characters.
    private const int TextBytes = 128;

    public int CurrentProcessor => OperatingSystem.IsLinux() ? SchedGetCpu() : 0;

    public IReadOnlyList<int> Named(string prefix)
    {
        List<int> found = [];
        if (!OperatingSystem.IsLinux())
        {
            return found;
        }
        byte[] start = Encoding.UTF8.GetBytes(prefix);
        Span<byte> text = stackalloc byte[TextBytes];
        foreach (string task in Directory.EnumerateDirectories(Tasks))
        {
            if (text[..Read(task + "/comm", text)].StartsWith(start))
            {
                found.Add(int.Parse(Path.GetFileName(task.AsSpan()), CultureInfo.InvariantCulture));
            }
        }
        return found;
    }

    public bool TryReadUse(int thread, out ThreadUse use)
    {
        use = default;
        if (!OperatingSystem.IsLinux())
        {
            return false;
        }
        Span<byte> text = stackalloc byte[TextBytes];
        string folder = thread == IThreadBinding.Self ? "/proc/thread-self" : $"{Tasks}/{thread}";
        ReadOnlySpan<byte> numbers = text[..Read(folder + "/schedstat", text)];
        // Nanoseconds on a processor, nanoseconds in its queue.
        if (!Utf8Parser.TryParse(numbers, out long running, out int length) || !Utf8Parser.TryParse(numbers[Math.Min(length + 1, numbers.Length)..], out long waiting, out _))
        {
            return false;
        }
        use = new(TimeSpan.FromMicroseconds(running / 1000), TimeSpan.FromMicroseconds(waiting / 1000));
        return true;
    }

    public IReadOnlyList<ulong> Allowed()
    {
        ulong[] mask = new ulong[MaskWords];
        return OperatingSystem.IsLinux() && SchedGetAffinity(IThreadBinding.Self, MaskWords * sizeof(ulong), mask) == 0 ? mask : [];
    }

    public bool TryBind(int thread, IReadOnlyList<ulong> processors) =>
        OperatingSystem.IsLinux() && SchedSetAffinity(thread, (nuint)processors.Count * sizeof(ulong), [.. processors]) == 0;

    /// <summary>Reads a small file; nothing where the thread has ended meanwhile.</summary>
    private static int Read(string path, Span<byte> text)
    {
        try
        {
            using FileStream file = new(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite, bufferSize: 0);
            return file.Read(text);
        }
        catch (IOException)
        {
            return 0;
        }
        catch (UnauthorizedAccessException)
        {
            return 0;
        }
    }

    [LibraryImport("libc", EntryPoint = "sched_getcpu")]
    private static partial int SchedGetCpu();

    [LibraryImport("libc", EntryPoint = "sched_getaffinity")]
    private static partial int SchedGetAffinity(int thread, nuint bytes, [Out] ulong[] mask);

    [LibraryImport("libc", EntryPoint = "sched_setaffinity")]
    private static partial int SchedSetAffinity(int thread, nuint bytes, ulong[] mask);
}
