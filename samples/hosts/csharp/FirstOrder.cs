using System;
using Obligor;

/// <summary>
/// The first order, in C#: open an engine, put a customer with a limit, check an order, reserve it, ask again, be refused.
/// It makes credit.db in the working directory.
/// </summary>
internal static class FirstOrder
{
    private const string Company = "NW01", Customer = "4711", Currency = "DKK";

    private static int Main()
    {
        try
        {
            Run();
            return 0;
        }
        catch (ObligorException error)
        {
            // There is no answer, and the message says why. "Refused" is an answer and no exception.
            Console.Error.WriteLine("status " + (int)error.Status + ": " + error.Message);
            return 1;
        }
    }

    private static void Run()
    {
        var options = new EngineOptions { Store = "credit.db", Create = true, Policy = "standard" };
        using (var engine = Engine.Open(options))
        {
            engine.Call("customer.put", "{\"customer\":\"4711\",\"name\":\"Nordlys A/S\",\"country\":\"DK\"}");
            engine.Call("account.put", "{\"company\":\"NW01\",\"customer\":\"4711\",\"currency\":\"DKK\"}");
            engine.Call("limit.put", "{\"company\":\"NW01\",\"customer\":\"4711\",\"limit\":\"10000.00 DKK\"}");

            // A question: nothing is written, nothing is held.
            var decision = engine.Check(OrderOf("SO-1", null, 6000.00m));
            var answer = decision.Granted ? "may go through" : "would be stopped";
            Console.WriteLine("SO-1: " + answer + ", available " + decision.AvailableBefore);

            // Check and hold in one step. The key makes asking again safe, after a time-out or a crash too.
            Reserve(engine, OrderOf("SO-1", "SO-1/1", 6000.00m));
            Reserve(engine, OrderOf("SO-1", "SO-1/1", 6000.00m));
            Reserve(engine, OrderOf("SO-2", "SO-2/1", 4000.01m));

            var position = engine.GetAccount(Company, Customer).Read();
            Console.WriteLine(Customer + ": open credit " + position.Available);
        }
    }

    private static Order OrderOf(string document, string key, decimal amount)
    {
        return new Order
        {
            Company = Company, Customer = Customer, Document = document, Key = key, Amount = new Money(amount, Currency),
        };
    }

    private static void Reserve(Engine engine, Order order)
    {
        var decision = engine.Reserve(order);
        if (decision.Granted)
        {
            var already = decision.Repeated ? " already" : "";
            Console.WriteLine(order.Document + ": reserved" + already + ", available " + decision.AvailableAfter);
            return;
        }
        Console.WriteLine(order.Document + ": stopped, available " + decision.AvailableAfter);
        foreach (var reason in decision.Reasons)
        {
            Console.WriteLine("  " + reason.Sentence());
        }
    }
}
