using System.Threading.Channels;
using Akka.Streams;
using Akka.Streams.Stage;

namespace Aggregator.Core.Kafka;

/// <summary>The head of the graph: a thin shell that moves elements out of a <see cref="KafkaRecordSource"/>, which it starts if nobody has. One materialization a source.</summary>
public sealed class KafkaSourceStage : GraphStageWithMaterializedValue<SourceShape<SourceElement>, KafkaSourceControl>
{
    private readonly KafkaRecordSource _source;
    private readonly Outlet<SourceElement> _out = new("kafka.out");

    public KafkaSourceStage(KafkaRecordSource source)
    {
        _source = source;
        Shape = new SourceShape<SourceElement>(_out);
    }

    public override SourceShape<SourceElement> Shape { get; }

    public override ILogicAndMaterializedValue<KafkaSourceControl> CreateLogicAndMaterializedValue(Attributes inheritedAttributes) =>
        new LogicAndMaterializedValue<KafkaSourceControl>(new Logic(this), new KafkaSourceControl(_source));

    private sealed class Logic : OutGraphStageLogic
    {
        private readonly KafkaSourceStage _stage;
        private readonly ChannelReader<SourceElement> _elements;
        private Action<bool> _ready = _ => { };

        public Logic(KafkaSourceStage stage)
            : base(stage.Shape)
        {
            _stage = stage;
            _elements = stage._source.Elements;
            SetHandler(stage._out, this);
        }

        public override void PreStart()
        {
            _ready = GetAsyncCallback<bool>(more =>
            {
                if (more)
                {
                    OnPull();
                }
                else
                {
                    CompleteStage();
                }
            });
            _stage._source.Start();
        }

        public override void OnPull()
        {
            if (_elements.TryRead(out SourceElement? element))
            {
                Push(_stage._out, element);
                return;
            }
            Task<bool> waiting = _elements.WaitToReadAsync().AsTask();
            if (waiting.IsCompletedSuccessfully && !waiting.Result)
            {
                CompleteStage();
                return;
            }
            _ = ContinueAsync(waiting, _ready);
        }

        // Cancelled from downstream: nobody will take anything any more.
        public override void PostStop() => _stage._source.Complete();

        private static async Task ContinueAsync(Task<bool> waiting, Action<bool> ready) => ready(await waiting.ConfigureAwait(false));
    }
}
