using Aggregator.Core.Kafka;
using Akka.Streams;
using Akka.Streams.Stage;

namespace Aggregator.Core.Pipeline;

/// <summary>The shell of <see cref="LiveFold"/> in the stream: elements of the source in, steps out; gives batches back when they are folded.</summary>
/// <param name="fold">The logic.</param>
/// <param name="pool">Where batches go back to.</param>
public sealed class FoldStage(LiveFold fold, RecordBatchPool pool) : GraphStage<FlowShape<SourceElement, FoldStep>>
{
    private readonly Inlet<SourceElement> _in = new("fold.in");
    private readonly Outlet<FoldStep> _out = new("fold.out");

    public override FlowShape<SourceElement, FoldStep> Shape => new(_in, _out);

    protected override GraphStageLogic CreateLogic(Attributes inheritedAttributes) => new Logic(this, fold, pool);

    private sealed class Logic : InAndOutGraphStageLogic
    {
        private readonly FoldStage _stage;
        private readonly LiveFold _fold;
        private readonly RecordBatchPool _pool;

        public Logic(FoldStage stage, LiveFold fold, RecordBatchPool pool)
            : base(stage.Shape)
        {
            _stage = stage;
            _fold = fold;
            _pool = pool;
            SetHandler(stage._in, this);
            SetHandler(stage._out, this);
        }

        public override void OnPull() => Pull(_stage._in);

        public override void OnPush()
        {
            SourceElement element = Grab(_stage._in);
            FoldStep? step = _fold.On(element);
            if (element is SourceElement.Batch batch)
            {
                _pool.Return(batch.Records);
            }
            if (step is null)
            {
                Pull(_stage._in);
            }
            else
            {
                Push(_stage._out, step);
            }
        }
    }
}
