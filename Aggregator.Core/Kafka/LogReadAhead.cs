using System.Runtime.ExceptionServices;
using Aggregator.Core.Records;

namespace Aggregator.Core.Kafka;

/// <summary>
/// Reads some records of each partition ahead, by a thread of its own: what takes records out of the client and what folds them are about the same work. A partition that is not
/// asked for is read no farther than that.
/// </summary>
internal sealed class LogReadAhead : IDisposable
{
    /// <summary>Records that are read ahead of all partitions together: some 16 MiB.</summary>
    private const int MaxRecords = 64 * 1024;

    private const int LeastRecords = 64;
    private const int MostRecords = 1024;
    private const int BytesPerRecord = 256;

    /// <summary>How long the thread waits for one partition while none brings anything.</summary>
    private static readonly TimeSpan WaitForRecords = TimeSpan.FromMilliseconds(5);

    private readonly object _gate = new();
    private readonly Dictionary<PartitionId, Ahead> _byPartition;
    private readonly Ahead[] _all;
    private readonly Action _round;
    private readonly TimeSpan _roundEvery;
    private readonly Thread _thread;
    private bool _isStopped;

    /// <param name="partitions">How each partition is read: as <see cref="ITopicLog.Read"/>, and always by one thread.</param>
    /// <param name="round">Is called by the thread between two reads, and at least every <paramref name="roundEvery"/> or so.</param>
    /// <param name="roundEvery">See there.</param>
    public LogReadAhead(IReadOnlyDictionary<PartitionId, Func<RecordBatch, TimeSpan, LogRead>> partitions, Action round, TimeSpan roundEvery)
    {
        int records = Math.Clamp(MaxRecords / Math.Max(1, partitions.Count), LeastRecords, MostRecords);
        _byPartition = partitions.ToDictionary(
            partition => partition.Key, partition => new Ahead(partition.Value, new(records, (records * BytesPerRecord) - RecordBatch.Padding)));
        _all = [.. _byPartition.Values];
        _round = round;
        _roundEvery = roundEvery;
        _thread = new Thread(Run) { IsBackground = true, Name = "log-read" };
        _thread.Start();
    }

    private enum Progress
    {
        /// <summary>The thread reads it when it comes to it.</summary>
        Wanted,

        /// <summary>There are records; they belong to the caller.</summary>
        Read,

        Ended,
        Failed,
    }

    /// <summary>As <see cref="ITopicLog.Read"/>; a failure of the thread is thrown here.</summary>
    public LogRead Read(PartitionId partition, RecordBatch batch, TimeSpan wait)
    {
        Ahead ahead = _byPartition[partition];
        lock (_gate)
        {
            if (ahead.Progress == Progress.Wanted && wait > TimeSpan.Zero)
            {
                Monitor.Wait(_gate, wait);
            }
            switch (ahead.Progress)
            {
                case Progress.Wanted:
                    return LogRead.Nothing;
                case Progress.Ended:
                    return LogRead.End;
                case Progress.Failed:
                    ahead.Failure!.Throw();
                    break;
            }
        }
        ahead.Taken += batch.AddFrom(ahead.Batch, ahead.Taken);
        if (ahead.Taken == ahead.Batch.Count)
        {
            ahead.Batch.Clear();
            ahead.Taken = 0;
            lock (_gate)
            {
                ahead.Progress = ahead.Failure is null ? Progress.Wanted : Progress.Failed;
                Monitor.PulseAll(_gate);
            }
        }
        return LogRead.Records;
    }

    /// <summary>Ends the thread, after what it is at.</summary>
    public void Dispose()
    {
        lock (_gate)
        {
            _isStopped = true;
            Monitor.PulseAll(_gate);
        }
        _thread.Join();
    }

    private void Run()
    {
        try
        {
            while (!IsStopped)
            {
                Ahead? waiting = null;
                bool hasRead = false;
                foreach (Ahead ahead in _all)
                {
                    if (IsWanted(ahead))
                    {
                        bool hasMoved = TryRead(ahead, TimeSpan.Zero);
                        hasRead |= hasMoved;
                        waiting = hasMoved ? waiting : ahead;
                    }
                }
                _round();
                if (!hasRead)
                {
                    WaitFor(waiting);
                }
            }
        }
#pragma warning disable CA1031 // Whatever it is, the caller is told.
        catch (Exception failure)
#pragma warning restore CA1031
        {
            Fail(_all, failure);
        }
    }

    private bool IsStopped
    {
        get
        {
            lock (_gate)
            {
                return _isStopped;
            }
        }
    }

    private bool IsWanted(Ahead ahead)
    {
        lock (_gate)
        {
            return ahead.Progress == Progress.Wanted && !_isStopped;
        }
    }

    /// <summary>Waits for the records of one that has none, or until one is wanted again.</summary>
    private void WaitFor(Ahead? waiting)
    {
        if (waiting is not null)
        {
            TryRead(waiting, WaitForRecords);
            return;
        }
        lock (_gate)
        {
            if (!_isStopped && !Array.Exists(_all, static ahead => ahead.Progress == Progress.Wanted))
            {
                Monitor.Wait(_gate, _roundEvery);
            }
        }
    }

    /// <summary>Reads more of a partition.</summary>
    /// <returns>Whether there is something to tell the caller.</returns>
    private bool TryRead(Ahead ahead, TimeSpan wait)
    {
        LogRead read;
        try
        {
            read = ahead.ReadMore(ahead.Batch, wait);
        }
        catch (IOException failure)
        {
            Fail([ahead], failure);
            return true;
        }
        if (read == LogRead.Nothing)
        {
            return false;
        }
        lock (_gate)
        {
            ahead.Progress = read == LogRead.End ? Progress.Ended : Progress.Read;
            Monitor.PulseAll(_gate);
        }
        return true;
    }

    private void Fail(IEnumerable<Ahead> failed, Exception failure)
    {
        lock (_gate)
        {
            foreach (Ahead ahead in failed)
            {
                ahead.Failure = ExceptionDispatchInfo.Capture(failure);
                // What was read before it is the caller's, who may be at it; an end stays one.
                ahead.Progress = ahead.Progress == Progress.Wanted ? Progress.Failed : ahead.Progress;
            }
            Monitor.PulseAll(_gate);
        }
    }

    private sealed class Ahead(Func<RecordBatch, TimeSpan, LogRead> read, RecordBatch batch)
    {
        public Func<RecordBatch, TimeSpan, LogRead> ReadMore => read;

        public RecordBatch Batch => batch;

        /// <summary>How many of the batch the caller has had.</summary>
        public int Taken { get; set; }

        public Progress Progress { get; set; }

        public ExceptionDispatchInfo? Failure { get; set; }
    }
}
