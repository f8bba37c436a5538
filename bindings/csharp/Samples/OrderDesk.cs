using System;
using System.IO;
using System.Linq;
using Obligor;

/// <summary>
/// An order desk: takes in what the ERP exported, enters the new orders, lets good ones through and stops the others, and
/// says why. Run as: OrderDesk FOLDER CHECKOUT
/// </summary>
internal static class OrderDesk
{
    private static int Main(string[] words)
    {
        var cases = Path.Combine(words[1], "samples", "cases");
        // A moment at which time stands still, because the cases have their due days around it. An order desk leaves it out.
        var clock = new DateTimeOffset(2026, 11, 22, 9, 0, 0, TimeSpan.Zero);
        var options = new EngineOptions { Store = Path.Combine(words[0], "desk.db"), Create = true, Clock = clock };
        using (var engine = Engine.Open(options))
        {
            foreach (var kind in new[] { "customers", "limits", "open_items", "orders" })
            {
                engine.ImportFile(kind, Path.Combine(cases, kind + ".csv"));
            }
            int through = 0, stopped = 0;
            foreach (var row in File.ReadLines(Path.Combine(cases, "new_orders.csv")).Skip(1).Select(line => line.Split(',')))
            {
                var amount = Money.Parse(row[4] + " " + row[3]);
                // The key is what makes asking again safe: after an UndeterminedException, or a crash, ask with the same one.
                var decision = engine.Reserve(new Order
                {
                    Document = row[0], Key = row[0] + "/1", Company = row[1], Customer = row[2], Amount = amount, User = "anna",
                });
                through += decision.Granted ? 1 : 0;
                stopped += decision.Granted ? 0 : 1;
                Console.WriteLine(
                    "{0} {1} {2,16} {3,-11} {4,15}", row[0], row[2], amount, decision.Outcome, decision.AvailableAfter);
                foreach (var reason in decision.Reasons)
                {
                    Console.WriteLine("       " + reason.Sentence());
                }
            }
            Console.WriteLine(through + " orders through, " + stopped + " stopped");
            return through > 0 && stopped > 0 ? 0 : 1;
        }
    }
}
