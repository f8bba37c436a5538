using System;
using System.IO;
using Obligor;

internal static class Readme
{
    /// <summary>The README's ten lines, in a folder that has a credit state.</summary>
    private static void Main(string[] words)
    {
        Directory.SetCurrentDirectory(words[0]);
        Prepare(Path.Combine(words[1], "samples", "cases"));

        // readme: begin
        using (var engine = Engine.Open(new EngineOptions { Store = "credit.db" }))
        {
            var amount = new Money(60000.01m, "DKK");
            var order = new Order { Company = "NW01", Customer = "K02", Document = "SO-1", Key = "SO-1/1", Amount = amount };
            var decision = engine.Reserve(order);
            if (!decision.Granted)
            {
                Console.WriteLine("SO-1: " + decision.Outcome);
                foreach (var reason in decision.Reasons) Console.WriteLine(reason.Sentence());
            }
        }
        // readme: end
    }

    private static void Prepare(string cases)
    {
        using (var engine = Engine.Open(new EngineOptions { Store = "credit.db", Create = true }))
        {
            foreach (var kind in new[] { "customers", "limits", "open_items" })
            {
                engine.ImportFile(kind, Path.Combine(cases, kind + ".csv"));
            }
        }
    }
}
