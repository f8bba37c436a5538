using System;
using System.IO;
using Obligor;

namespace Tests
{
    /// <summary>Exceptions by kind, each from the library itself.</summary>
    internal static class ErrorTests
    {
        public static void A_wrong_request_names_the_argument()
        {
            using (var desk = new Desk())
            {
                Is.In("order.check", Is.Thrown<RequestException>(() => desk.Engine.Call("order.chek")).Message);
                Is.In("language", Is.Thrown<RequestException>(() => desk.Engine.Explain(1, "xx")).Message);
                Is.Thrown<RequestException>(() => desk.Engine.Explain(-1));
                Is.Thrown<RequestException>(() => desk.Engine.Check(null));
                Is.Thrown<RequestException>(() => desk.Engine.GetPosition(-1));
                Is.Thrown<RequestException>(() => desk.Engine.Call("order.check", "{\"amonut\":1}"));
                var order = Desk.Order("10001", "1.00 DKK");
                order.To = (Stage)77;
                Is.Thrown<RequestException>(() => desk.Engine.Convert(order));
                order = Desk.Order("10001", "1.00 DKK");
                order.Deadline = TimeSpan.Zero;
                Is.In("deadline", Is.Thrown<RequestException>(() => desk.Engine.Check(order)).Message);
                Is.Equal(Status.Argument, Is.Thrown<RequestException>(() => desk.Engine.Call("")).Status);
            }
        }

        public static void What_is_not_there_is_not_found()
        {
            using (var desk = new Desk())
            {
                Is.In("99999", Is.Thrown<NotFoundException>(() => desk.Engine.GetAccount("NW01", "99999")).Message);
                Is.Thrown<NotFoundException>(() => desk.Engine.GetPosition(4000000));
                Is.Thrown<NotFoundException>(() => desk.Engine.Explain(4000000));
                Is.Thrown<NotFoundException>(() => desk.Engine.Cancel(Desk.Order("10001", "1.00 DKK", "SO-0", "1").WithoutAmount()));
            }
        }

        public static void An_order_in_another_state_is_told()
        {
            using (var desk = new Desk())
            {
                desk.Engine.Reserve(Desk.Order("10001", "1.00 DKK", "SO-1", "1"));
                Is.Thrown<OrderStateException>(() => desk.Engine.Reserve(Desk.Order("10001", "1.00 DKK", "SO-1", "2")));
            }
        }

        public static void A_wrong_configuration_names_the_setting()
        {
            var options = new EngineOptions { Store = Path.Combine(Program.Scratch, "none.db"), Secret = "hunter2" };
            var message = Is.Thrown<ConfigException>(() => Engine.Open(options)).Message;
            Is.In("secret", message);
            Is.True(!message.Contains("hunter2"), "no secret in an error");
            Is.Thrown<ConfigException>(() => Engine.Open((EngineOptions)null));
            Is.Thrown<ConfigException>(() => Engine.Open(new EngineOptions()));
            Is.Thrown<ConfigException>(() => Engine.Open(""));
            Is.In("missing.toml", Is.Thrown<ConfigException>(() => Engine.Open(Path.Combine(Program.Scratch, "missing.toml"))).Message);
            options = new EngineOptions { Store = "x.db", UtcOffset = TimeSpan.FromSeconds(30) };
            Is.In("UtcOffset", Is.Thrown<ConfigException>(() => Engine.Open(options)).Message);
        }

        public static void A_wrong_policy_names_the_line()
        {
            var options = new EngineOptions
            {
                Store = Path.Combine(Program.Scratch, "policy.db"), Create = true, PolicyText = "format = 1\nname = 3\n",
            };
            Is.In("line 2", Is.Thrown<PolicyException>(() => Engine.Open(options)).Message);
        }

        public static void Stores_that_cannot_be_used_are_told_apart()
        {
            using (var desk = new Desk())
            {
                Is.Thrown<StoreInUseException>(() => Engine.Open(desk.Options).Dispose());
            }
            var path = Path.Combine(Program.Scratch, "text.db");
            File.WriteAllText(path, new string('x', 5000));
            Is.Equal(Status.Store, Is.Thrown<StoreException>(() => Engine.Open(new EngineOptions { Store = path })).Status);
        }

        public static void Files_that_cannot_be_read_or_written_are_told()
        {
            using (var desk = new Desk())
            {
                Is.Thrown<FileException>(() => desk.Engine.ImportFile("customers", Path.Combine(desk.Folder, "missing.csv")));
                Is.Thrown<FileException>(() => desk.Engine.Backup(Path.Combine(desk.Folder, "credit.db")));
            }
        }

        public static void Bad_rows_name_line_and_column()
        {
            using (var desk = new Desk())
            {
                var error = Is.Thrown<RequestException>(() => desk.Import("limits", "company,customer,currency,limit\nNW01,10001,DKK,many\n"));
                Is.In("line 2", error.Message);
                Is.In("limit", error.Message);
            }
        }

        public static void A_look_up_without_a_purpose_is_refused()
        {
            using (var desk = new Desk())
            {
                Is.Thrown<RequestException>(() => desk.Engine.LookUpDebtor("{}"));
                Is.Thrown<RequestException>(() => desk.Engine.ValidateCustomer("[]"));
            }
        }

        private static Order WithoutAmount(this Order order)
        {
            order.Amount = null;
            return order;
        }
    }
}
