using Aggregator.Host;
using Aggregator.Host.Commands;

return await CommandLineApp.RunAsync(
    args,
    Console.Out,
    Console.Error,
    RunCommand.Create(),
    ReplayCommand.Create(),
    DemoCommand.Create(),
    GenerateCommand.Create(),
    TopicsCommand.Create(),
    CheckCommand.Create());
