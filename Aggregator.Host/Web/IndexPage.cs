namespace Aggregator.Host.Web;

/// <summary>The page at <c>/</c>: what this is, and links to the rest. Static, without scripts.</summary>
public static class IndexPage
{
    public const string Html = """
        <!DOCTYPE html>
        <html lang="en">
        <head>
        <meta charset="utf-8">
        <meta name="viewport" content="width=device-width, initial-scale=1">
        <meta name="color-scheme" content="light dark">
        <title>Aggregator</title>
        <style>
          :root { --ink: #1c2430; --soft: #5b6675; --line: #d9dee5; --paper: #fff; --link: #0b5cad; }
          @media (prefers-color-scheme: dark) { :root { --ink: #e6e9ee; --soft: #9aa5b4; --line: #333c48; --paper: #14181e; --link: #7db8f5; } }
          body { margin: 0; background: var(--paper); color: var(--ink); font: 16px/1.5 system-ui, sans-serif; }
          main { max-width: 40rem; margin: 12vh auto 4rem; padding: 0 1.25rem; }
          h1 { margin: 0; font-size: 1.75rem; }
          p { margin: .25rem 0 1.5rem; color: var(--soft); }
          dl { margin: 0; border-bottom: 1px solid var(--line); }
          dl > div { display: grid; grid-template-columns: 9rem 1fr; gap: 1rem; padding: .75rem 0; border-top: 1px solid var(--line); }
          dd { margin: 0; }
          a { color: var(--link); }
          @media (max-width: 30rem) { dl > div { grid-template-columns: 1fr; gap: 0; } }
        </style>
        </head>
        <body>
        <main>
        <h1>Aggregator</h1>
        <p>Online users, delivery ratio and latency of instant messages, per window, from Kafka to Prometheus.</p>
        <dl>
          <div><dt><a href="metrics">/metrics</a></dt><dd>The results of the latest windows and the state of this service, for Prometheus.</dd></div>
          <div><dt><a href="-/healthy">/-/healthy</a></dt><dd>200 as long as the process answers.</dd></div>
          <div><dt><a href="-/ready">/-/ready</a></dt><dd>200 while the service does its work; otherwise 503 and the reason.</dd></div>
        </dl>
        </main>
        </body>
        </html>

        """;
}
