using System.Linq;
using Obligor;

namespace Tests
{
    /// <summary>Policies are checked, explained and compared.</summary>
    internal static class PolicyTests
    {
        public static void A_policy_is_checked_line_by_line()
        {
            using (var desk = new Desk(customers: false))
            {
                var good = desk.Engine.CheckPolicy(Desk.Policy);
                Is.True(good.Usable && good.Rules == 4, "the test's own policy");
                Is.Equal("test 1", good.Name + " " + good.Version);
                var bad = desk.Engine.CheckPolicy(Desk.Policy.Replace("above = 30", "above = -1"));
                Is.True(!bad.Usable, "a bad one");
                var finding = bad.Findings.First(it => it.Severity == "error");
                Is.True(finding.Line > 10 && finding.Message.Length > 5, "says where and what");
            }
        }

        public static void A_policy_is_explained_in_six_languages()
        {
            using (var desk = new Desk(customers: false))
            {
                var texts = new[] { "en", "da", "nb", "sv", "fi", "nl" }
                    .Select(language => desk.Engine.ExplainPolicy(Desk.Policy, language: language)).ToArray();
                Is.Equal(6, texts.Distinct().Count());
                Is.In("over the limit", texts[0]);
                Is.Equal(texts[0], desk.Engine.ExplainPolicy(), "the one in force");
            }
        }

        public static void Profiles_come_with_the_library()
        {
            using (var desk = new Desk(customers: false))
            {
                var profiles = desk.Engine.PolicyProfiles();
                Is.True(profiles.Count >= 7, "profiles");
                foreach (var profile in profiles)
                {
                    Is.True(profile.Title.Length > 0, profile.Name);
                    Is.True(desk.Engine.CheckPolicy(desk.Engine.GetPolicyProfile(profile.Name)).Usable, profile.Name);
                }
            }
        }
    }
}
