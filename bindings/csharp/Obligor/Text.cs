using System;
using System.Text;

namespace Obligor
{
    /// <summary>
    /// Texts in and out of the library, as UTF-8 with a length. Done by hand because the runtimes' own marshalling differs:
    /// the ANSI code page on .NET Framework, UTF-8 on Mono, and a question mark for what either cannot write.
    /// </summary>
    internal static class Text
    {
        /// <summary>How much room an answer gets before the library says how much it needs, in bytes.</summary>
        internal const int FirstBuffer = 4096;

        private static readonly UTF8Encoding Strict = new UTF8Encoding(false, true);

        /// <summary>A text as the library takes it. A null is an error that names the field.</summary>
        internal static byte[] In(string field, string text)
        {
            if (text == null)
            {
                throw new RequestException(field + " is null");
            }
            byte[] bytes;
            try
            {
                bytes = Strict.GetBytes(text);
            }
            catch (EncoderFallbackException error)
            {
                // Half of a pair, as a cut through the middle of a character leaves it.
                throw new TextException(field + " is not valid Unicode at character " + error.Index + ", counted from 0");
            }
            return bytes;
        }

        /// <summary>
        /// A name as the library takes it: without the blanks and NULs that hosts pad it with; a NUL elsewhere is an error,
        /// since in a field of a struct it would cut the name short without a word. Null is the empty name.
        /// </summary>
        internal static byte[] Name(string field, string text)
        {
            var bytes = In(field, (text ?? "").TrimEnd(' ', '\0'));
            var at = Array.IndexOf(bytes, (byte)0);
            if (at >= 0)
            {
                throw new RequestException(field + " has a control character at byte " + at);
            }
            return bytes;
        }

        /// <summary>A name that fits its place in a struct.</summary>
        internal static byte[] Field(string field, string text, int size)
        {
            var bytes = Name(field, text);
            if (bytes.Length > size)
            {
                throw new RequestException(field + " is " + bytes.Length + " bytes long; at most " + size);
            }
            return bytes;
        }

        /// <summary>What stands in a buffer of the library up to its first NUL.</summary>
        internal static string Out(byte[] buffer)
        {
            var end = Array.IndexOf(buffer, (byte)0);
            return Encoding.UTF8.GetString(buffer, 0, end < 0 ? buffer.Length : end);
        }
    }
}
