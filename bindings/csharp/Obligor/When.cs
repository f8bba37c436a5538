using System;
using System.Globalization;

namespace Obligor
{
    /// <summary>
    /// Days and moments at the library's edge: a <see cref="DateTime"/> is a civil day, of which only the date counts; a
    /// <see cref="DateTimeOffset"/> is a moment.
    /// </summary>
    internal static class When
    {
        /// <summary>The day that is none.</summary>
        internal const int NoDay = int.MinValue;

        private static readonly DateTime EpochDay = new DateTime(1970, 1, 1);
        private static readonly DateTimeOffset Epoch = new DateTimeOffset(1970, 1, 1, 0, 0, 0, TimeSpan.Zero);

        /// <summary>Days since 1970-01-01. The kind is ignored: a day has no time zone.</summary>
        internal static int DayIn(DateTime? day)
        {
            return day.HasValue ? (day.Value.Date - EpochDay).Days : NoDay;
        }

        /// <summary>The date of a day; null for the day that is none.</summary>
        internal static DateTime? DayOut(long day)
        {
            return day == NoDay ? (DateTime?)null : EpochDay.AddDays(day);
        }

        /// <summary>As the library's JSON has a day: <c>2026-11-22</c>.</summary>
        internal static string DayTold(DateTime day)
        {
            return day.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);
        }

        /// <summary>A day of the library's JSON.</summary>
        internal static DateTime DayRead(string text)
        {
            return DateTime.ParseExact(text, "yyyy-MM-dd", CultureInfo.InvariantCulture);
        }

        /// <summary>Milliseconds since 1970-01-01T00:00:00Z; what is finer is cut.</summary>
        internal static long InstantIn(DateTimeOffset instant)
        {
            return instant.ToUnixTimeMilliseconds();
        }

        /// <summary>The moment, in UTC.</summary>
        internal static DateTimeOffset InstantOut(long milliseconds)
        {
            return Epoch.AddMilliseconds(milliseconds);
        }

        /// <summary>How long a call may take, in milliseconds; 0 is as configured.</summary>
        internal static uint DeadlineIn(TimeSpan? deadline)
        {
            if (!deadline.HasValue)
            {
                return 0;
            }
            var milliseconds = Math.Floor(deadline.Value.TotalMilliseconds);
            if (milliseconds < 1 || milliseconds > uint.MaxValue)
            {
                throw new RequestException("deadline is " + deadline.Value + "; from one millisecond to 49 days");
            }
            return (uint)milliseconds;
        }
    }
}
