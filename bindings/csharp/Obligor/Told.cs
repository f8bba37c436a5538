using System;
using System.Collections.Generic;
using System.Text;

namespace Obligor
{
    /// <summary>What the library says in JSON, as the structs that the typed calls fill in: one road for both.</summary>
    internal static class Told
    {
        internal static Decision Decision(Engine engine, JsonObject answer)
        {
            var told = answer.Object("decision");
            var before = told.Money("exposure_before");
            var increase = Money.Parse(told.Text("increase"));
            var from = new DecisionStruct
            {
                outcome = (int)Named<Outcome>(told.Text("outcome")),
                decision_id = answer.Number("decision_id") ?? 0,
                increase = increase.Minor,
                increase_currency = Letters(increase.Currency),
                currency = Letters(before.HasValue ? before.Value.Currency : ""),
                exposure_before = Minor(before),
                exposure_after = Minor(told.Money("exposure_after")),
                limit = Minor(told.Money("limit")),
                available_before = Minor(told.Money("available_before")),
                available_after = Minor(told.Money("available_after")),
                prepay = Minor(told.Money("prepay")),
                facts_at_ms = answer.Number("facts_at") ?? 0,
                has_account = before.HasValue ? 1 : 0,
                has_limit = told.Get("limit") == null ? 0 : 1,
                order_state = answer.Get("state") == null ? 0 : (int)Named<OrderState>(answer.Text("state")),
                source = (int)Named<Source>(answer.Text("source")),
                repeated = answer.Flag("repeated") ? 1 : 0,
                deposit = Minor(told.Money("deposit")),
            };
            return new Decision(engine, from, Reasons(told.List("reasons")));
        }

        internal static Reason[] Reasons(IEnumerable<object> rows)
        {
            var reasons = new List<Reason>();
            foreach (JsonObject row in rows)
            {
                var from = new ReasonStruct
                {
                    code = (int)Named<Code>(row.Text("code")),
                    level = (int)Named<Level>(row.Text("level")),
                    effect = (int)Named<Outcome>(row.Text("effect")),
                    release_by = Chars32.From(Cut(row.Text("release_by"), Chars32.Size)),
                    rule = Chars64.From(Cut(row.Text("rule"), Chars64.Size)),
                    pool = Chars64.From(Cut(row.Text("pool"), Chars64.Size)),
                };
                Chars4 other;
                Value<Unit>(row.Get("measured"), out from.measured_kind, out from.measured, out from.currency);
                Value<Unit>(row.Get("threshold"), out from.threshold_kind, out from.threshold, out other);
                from.currency = from.currency.ToString().Length == 0 ? other : from.currency;
                Value<RemedyKind>(row.Get("remedy"), out from.remedy_kind, out from.remedy, out from.remedy_currency);
                reasons.Add(new Reason(from, ""));
            }
            return reasons.ToArray();
        }

        /// <summary>A member by the name it has in JSON; -1, which is none, for one that a newer library adds.</summary>
        internal static T Named<T>(string name) where T : struct
        {
            T found;
            return Enum.TryParse(name.Replace("_", ""), true, out found) ? found : (T)Enum.ToObject(typeof(T), -1);
        }

        internal static object Deadline(TimeSpan? deadline)
        {
            return deadline.HasValue ? (object)When.DeadlineIn(deadline) : null;
        }

        /// <summary>A value with its unit, such as <c>{"money": "1250.00 DKK"}</c> or <c>"release"</c>.</summary>
        private static void Value<T>(object told, out int kind, out long value, out Chars4 currency) where T : struct
        {
            kind = 0;
            value = 0;
            currency = new Chars4();
            if (told == null)
            {
                return;
            }
            string name = told as string;
            object of = null;
            if (name == null)
            {
                foreach (var field in (JsonObject)told)
                {
                    name = field.Key;
                    of = field.Value;
                }
            }
            kind = (int)(object)Named<T>(name);
            var text = of as string;
            if (text == null)
            {
                value = of as long? ?? 0;
            }
            else if (text.IndexOf(' ') > 0)
            {
                var money = Money.Parse(text);
                value = money.Minor;
                currency = Letters(money.Currency);
            }
            else if (text.Length == 3)
            {
                value = text[0] << 16 | text[1] << 8 | text[2];
            }
            else
            {
                value = When.DayIn(When.DayRead(text));
            }
        }

        private static long Minor(Money? money)
        {
            return money.HasValue ? money.Value.Minor : 0;
        }

        private static Chars4 Letters(string currency)
        {
            return Chars4.From(Encoding.ASCII.GetBytes(currency));
        }

        /// <summary>Whole characters, and a NUL behind them.</summary>
        private static byte[] Cut(string text, int size)
        {
            var bytes = Text.In("an answer", text);
            if (bytes.Length < size)
            {
                return bytes;
            }
            var end = size - 1;
            while (end > 0 && (bytes[end] & 0xC0) == 0x80)
            {
                end--;
            }
            Array.Resize(ref bytes, end);
            return bytes;
        }
    }

    public sealed partial class Engine
    {
        internal JsonObject Object(string operation, JsonObject request)
        {
            return (JsonObject)Json.Parse(Call(operation, request.ToString()));
        }

        internal string Word(string operation, JsonObject request)
        {
            return Json.Parse(Call(operation, request.ToString())) as string ?? "";
        }

        internal T[] Each<T>(string operation, JsonObject request, Func<JsonObject, T> read)
        {
            var rows = new List<T>();
            foreach (JsonObject row in (List<object>)Json.Parse(Call(operation, request.ToString())))
            {
                rows.Add(read(row));
            }
            return rows.ToArray();
        }

        /// <summary>An operation on an order that has no struct.</summary>
        private Decision Rich(string operation, Order order, JsonObject more)
        {
            if (order == null)
            {
                throw new RequestException("order is null");
            }
            var request = order.Request();
            foreach (var field in more ?? new JsonObject())
            {
                request[field.Key] = field.Value;
            }
            return Told.Decision(this, Object(operation, request));
        }
    }
}
