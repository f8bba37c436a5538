using System;
using System.Collections.Generic;
using System.Globalization;
using System.Text;

namespace Obligor
{
    /// <summary>
    /// The little JSON that is written and read here, so that no package is needed. What is read was written by the library.
    /// </summary>
    internal sealed class Json
    {
        private readonly string text;
        private int at;

        private Json(string text)
        {
            this.text = text;
        }

        /// <summary>An object, a list, a text, a whole number or another one, true or false, or null.</summary>
        internal static object Parse(string text)
        {
            var reader = new Json(text);
            var value = reader.Value();
            reader.Blanks();
            return reader.at == text.Length ? value : throw reader.Odd();
        }

        internal static string Quote(string text)
        {
            var quoted = new StringBuilder("\"");
            foreach (var letter in text)
            {
                if (letter == '"' || letter == '\\')
                {
                    quoted.Append('\\').Append(letter);
                }
                else if (letter < ' ')
                {
                    quoted.Append("\\u").Append(((int)letter).ToString("x4", CultureInfo.InvariantCulture));
                }
                else
                {
                    quoted.Append(letter);
                }
            }
            return quoted.Append('"').ToString();
        }

        private object Value()
        {
            Blanks();
            switch (Peek())
            {
                case '{': return Object();
                case '[': return List();
                case '"': return Quoted();
                case 't': return Word("true", true);
                case 'f': return Word("false", false);
                case 'n': return Word("null", null);
                default: return Number();
            }
        }

        private JsonObject Object()
        {
            var fields = new JsonObject();
            at++;
            while (!Ends('}'))
            {
                Blanks();
                var name = Quoted();
                Blanks();
                Take(':');
                fields[name] = Value();
            }
            return fields;
        }

        private List<object> List()
        {
            var items = new List<object>();
            at++;
            while (!Ends(']'))
            {
                items.Add(Value());
            }
            return items;
        }

        /// <summary>Whether the object or list ends here; else what stands before its next part is passed over.</summary>
        private bool Ends(char with)
        {
            Blanks();
            if (Peek() == with)
            {
                at++;
                return true;
            }
            if (Peek() == ',')
            {
                at++;
            }
            return false;
        }

        private string Quoted()
        {
            Take('"');
            var read = new StringBuilder();
            while (Peek() != '"')
            {
                var letter = text[at++];
                if (letter != '\\')
                {
                    read.Append(letter);
                    continue;
                }
                letter = Peek();
                at++;
                var known = "nrtbf".IndexOf(letter);
                if (letter == 'u')
                {
                    if (at + 4 > text.Length)
                    {
                        throw Odd();
                    }
                    read.Append((char)int.Parse(text.Substring(at, 4), NumberStyles.HexNumber, CultureInfo.InvariantCulture));
                    at += 4;
                }
                else
                {
                    read.Append(known < 0 ? letter : "\n\r\t\b\f"[known]);
                }
            }
            at++;
            return read.ToString();
        }

        private object Number()
        {
            var from = at;
            while (at < text.Length && "+-.eE0123456789".IndexOf(text[at]) >= 0)
            {
                at++;
            }
            var said = text.Substring(from, at - from);
            long whole;
            if (long.TryParse(said, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out whole))
            {
                return whole;
            }
            decimal number;
            return decimal.TryParse(said, NumberStyles.Float, CultureInfo.InvariantCulture, out number)
                ? number
                : throw Odd();
        }

        private object Word(string word, object value)
        {
            if (string.CompareOrdinal(text, at, word, 0, word.Length) != 0)
            {
                throw Odd();
            }
            at += word.Length;
            return value;
        }

        private void Blanks()
        {
            while (at < text.Length && " \t\r\n".IndexOf(text[at]) >= 0)
            {
                at++;
            }
        }

        private char Peek()
        {
            return at < text.Length ? text[at] : throw Odd();
        }

        private void Take(char wanted)
        {
            if (Peek() != wanted)
            {
                throw Odd();
            }
            at++;
        }

        private ObligorException Odd()
        {
            return ObligorException.Of(Status.Internal, "an answer of the library cannot be read at character " + at);
        }
    }

    /// <summary>An object of JSON: to be written field by field, or as it was read. A field that is not there is null.</summary>
    internal sealed class JsonObject : Dictionary<string, object>
    {
        internal JsonObject() : base(StringComparer.Ordinal)
        {
        }

        /// <summary>Adds a field, unless nothing is said: null and the empty text are left out.</summary>
        internal JsonObject Say(string name, object value)
        {
            if (value != null && !"".Equals(value))
            {
                this[name] = value;
            }
            return this;
        }

        internal object Get(string name)
        {
            object value;
            return TryGetValue(name, out value) ? value : null;
        }

        internal string Text(string name)
        {
            return Get(name) as string ?? "";
        }

        internal bool Flag(string name)
        {
            return true.Equals(Get(name));
        }

        internal long? Number(string name)
        {
            return Get(name) as long?;
        }

        internal Money? Money(string name)
        {
            var text = Get(name) as string;
            return text == null ? (Money?)null : Obligor.Money.Parse(text);
        }

        internal DateTime? Day(string name)
        {
            var text = Get(name) as string;
            return text == null ? (DateTime?)null : When.DayRead(text);
        }

        internal JsonObject Object(string name)
        {
            return Get(name) as JsonObject;
        }

        internal IEnumerable<object> List(string name)
        {
            return Get(name) as List<object> ?? new List<object>();
        }

        internal string[] Texts(string name)
        {
            var texts = new List<string>();
            foreach (var text in List(name))
            {
                texts.Add((string)text);
            }
            return texts.ToArray();
        }

        /// <summary>As JSON. Money is a text, a civil day <c>2026-11-22</c>, a moment milliseconds.</summary>
        public override string ToString()
        {
            var written = new StringBuilder();
            Write(written, this);
            return written.ToString();
        }

        private static void Write(StringBuilder to, object value)
        {
            var list = value as System.Collections.IEnumerable;
            if (value == null)
            {
                to.Append("null");
            }
            else if (value is JsonObject)
            {
                to.Append('{');
                var first = true;
                foreach (var field in (JsonObject)value)
                {
                    to.Append(first ? "" : ",").Append(Json.Quote(field.Key)).Append(':');
                    Write(to, field.Value);
                    first = false;
                }
                to.Append('}');
            }
            else if (value is bool)
            {
                to.Append((bool)value ? "true" : "false");
            }
            else if (value is int || value is long || value is uint)
            {
                to.Append(((IFormattable)value).ToString(null, CultureInfo.InvariantCulture));
            }
            else if (value is DateTimeOffset)
            {
                to.Append(When.InstantIn((DateTimeOffset)value).ToString(CultureInfo.InvariantCulture));
            }
            else if (value is DateTime)
            {
                to.Append(Json.Quote(When.DayTold((DateTime)value)));
            }
            else if (value is decimal)
            {
                to.Append(Json.Quote(((decimal)value).ToString(CultureInfo.InvariantCulture)));
            }
            else if (list != null && !(value is string))
            {
                to.Append('[');
                var first = true;
                foreach (var item in list)
                {
                    to.Append(first ? "" : ",");
                    Write(to, item);
                    first = false;
                }
                to.Append(']');
            }
            else
            {
                to.Append(Json.Quote(value.ToString()));
            }
        }
    }
}
