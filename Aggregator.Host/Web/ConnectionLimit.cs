using Aggregator.Core.Diagnostics;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Connections.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core;

namespace Aggregator.Host.Web;

/// <summary>
/// Bounds the number of connections without shutting a scraper out: where there are too many, one is closed in favour of the new one: the one that has its answer the
/// longest, and only where there is none, the one that has asked for nothing the longest, for that may be a scraper whose question is under way. A new one is refused only
/// while every other is being answered. Both are counted.
/// </summary>
/// <param name="most">Connections at a time.</param>
/// <param name="closed">Counts those closed or refused.</param>
public sealed class ConnectionLimit(int most, Counter closed)
{
    private readonly Lock _gate = new();

    /// <summary>Those that have asked for nothing yet, the longest first.</summary>
    private readonly LinkedList<Connection> _silent = new();

    /// <summary>Those that have their answer, the longest first.</summary>
    private readonly LinkedList<Connection> _answered = new();
    private int _busy;

    /// <summary>Applies it to a listener.</summary>
    public void Apply(ListenOptions listener) => listener.Use(next => connection => ServeAsync(connection, next));

    /// <summary>The part of the request pipeline that tells connections in use from idle ones.</summary>
    public async Task AnswerAsync(HttpContext context, RequestDelegate next)
    {
        IDictionary<object, object?>? items = context.Features.Get<IConnectionItemsFeature>()?.Items;
        if (items is null || !items.TryGetValue(this, out object? item) || item is not Connection connection)
        {
            await next(context);
            return;
        }
        Begin(connection);
        try
        {
            await next(context);
        }
        finally
        {
            End(connection);
        }
    }

    private async Task ServeAsync(ConnectionContext context, ConnectionDelegate next)
    {
        Connection connection = new(context);
        if (!TryAdmit(connection))
        {
            context.Abort(new ConnectionAbortedException("Too many connections are being answered."));
            return;
        }
        context.Items[this] = connection;
        try
        {
            await next(context);
        }
        finally
        {
            Remove(connection);
        }
    }

    private bool TryAdmit(Connection connection)
    {
        Connection? oldest = null;
        lock (_gate)
        {
            if (_silent.Count + _answered.Count + _busy >= most)
            {
                closed.Add();
                oldest = (_answered.First ?? _silent.First)?.Value;
                if (oldest is null)
                {
                    return false;
                }
                oldest.Leave();
                oldest.IsGone = true;
            }
            _silent.AddLast(connection.Place);
        }
        oldest?.Context.Abort(new ConnectionAbortedException("It was idle, and its place was needed."));
        return true;
    }

    private void Begin(Connection connection)
    {
        lock (_gate)
        {
            if (!connection.IsGone && connection.Requests++ == 0)
            {
                connection.Leave();
                _busy++;
            }
        }
    }

    private void End(Connection connection)
    {
        lock (_gate)
        {
            if (!connection.IsGone && --connection.Requests == 0)
            {
                _busy--;
                _answered.AddLast(connection.Place);
            }
        }
    }

    private void Remove(Connection connection)
    {
        lock (_gate)
        {
            if (connection.IsGone)
            {
                return;
            }
            connection.IsGone = true;
            if (connection.Requests > 0)
            {
                _busy--;
            }
            else
            {
                connection.Leave();
            }
        }
    }

    private sealed class Connection
    {
        public Connection(ConnectionContext context)
        {
            Context = context;
            Place = new(this);
        }

        public ConnectionContext Context { get; }

        public LinkedListNode<Connection> Place { get; }

        /// <summary>Requests under way; several with HTTP/2.</summary>
        public int Requests { get; set; }

        public bool IsGone { get; set; }

        /// <summary>Takes it out of the list that it is in.</summary>
        public void Leave() => Place.List!.Remove(Place);
    }
}
