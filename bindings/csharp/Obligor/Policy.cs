using System;
using System.Collections.Generic;
using System.Linq;

namespace Obligor
{
    /// <summary>Something in a policy that is wrong, or looks so. Immutable.</summary>
    public sealed class Finding
    {
        internal Finding(JsonObject from)
        {
            Line = from.Number("line") ?? 0;
            Severity = from.Text("severity");
            Message = from.Text("message");
        }

        /// <summary>In the text, from 1.</summary>
        public long Line { get; }

        /// <summary><c>error</c>: it cannot be used; <c>warning</c>: it can, and somebody should look.</summary>
        public string Severity { get; }

        /// <summary>What is the matter.</summary>
        public string Message { get; }
    }

    /// <summary>What was found in a policy. Immutable.</summary>
    public sealed class PolicyCheck
    {
        internal PolicyCheck(JsonObject from)
        {
            Name = from.Text("name");
            Version = from.Text("version");
            Rules = from.Number("rules") ?? 0;
            Findings = from.List("findings").Cast<JsonObject>().Select(row => new Finding(row)).ToArray();
        }

        /// <summary>Its name.</summary>
        public string Name { get; }

        /// <summary>Its version.</summary>
        public string Version { get; }

        /// <summary>How many rules it has.</summary>
        public long Rules { get; }

        /// <summary>By line; empty when nothing was found.</summary>
        public IReadOnlyList<Finding> Findings { get; }

        /// <summary>Whether none of the findings is an error.</summary>
        public bool Usable
        {
            get { return Findings.All(finding => finding.Severity != "error"); }
        }
    }

    /// <summary>A policy that comes with the library. Immutable.</summary>
    public sealed class PolicyProfile
    {
        internal PolicyProfile(JsonObject from)
        {
            Name = from.Text("name");
            Title = from.Text("title");
        }

        /// <summary>What it is called by.</summary>
        public string Name { get; }

        /// <summary>What it is.</summary>
        public string Title { get; }
    }

    public sealed partial class Engine
    {
        /// <summary>
        /// What is wrong with a policy: errors, contradictions, rules that can never fire, levels without a limit. The policy
        /// in force stays.
        /// </summary>
        /// <param name="text">TOML.</param>
        /// <exception cref="ObligorException">By kind.</exception>
        public PolicyCheck CheckPolicy(string text)
        {
            return new PolicyCheck(Object("policy.check", new JsonObject { { "text", text ?? "" } }));
        }

        /// <summary>A policy in sentences.</summary>
        /// <param name="text">TOML; null for a profile, or for the policy in force.</param>
        /// <param name="profile">The name of a profile; or null.</param>
        /// <param name="language"><c>en</c>, <c>da</c>, <c>nb</c>, <c>sv</c>, <c>fi</c> or <c>nl</c>.</param>
        /// <exception cref="ObligorException">By kind.</exception>
        public string ExplainPolicy(string text = null, string profile = null, string language = "en")
        {
            var request = new JsonObject().Say("text", text).Say("profile", profile).Say("language", language);
            return Object("policy.explain", request).Text("text");
        }

        /// <summary>The policies that come with the library, made to behave like the ERPs they are named after.</summary>
        /// <exception cref="ObligorException">By kind.</exception>
        public IReadOnlyList<PolicyProfile> PolicyProfiles()
        {
            return Each("policy.profiles", new JsonObject(), row => new PolicyProfile(row));
        }

        /// <summary>The text of a profile, TOML: the beginning of a policy of one's own.</summary>
        /// <exception cref="NotFoundException">There is no profile of this name.</exception>
        public string GetPolicyProfile(string name)
        {
            return Object("policy.profile", new JsonObject().Say("name", name)).Text("text");
        }

        /// <summary>Runs two policies over the same orders, and says where they differ.</summary>
        /// <param name="request">JSON, as in <c>include/schema/policy.compare.request.json</c>.</param>
        /// <returns>JSON, as in <c>include/schema/policy.compare.answer.json</c>.</returns>
        /// <exception cref="ObligorException">By kind.</exception>
        public string ComparePolicies(string request)
        {
            return Call("policy.compare", request);
        }

        /// <summary>What a policy would have done over recorded orders and payments, against the one in force.</summary>
        /// <param name="request">JSON, as in <c>include/schema/policy.try.request.json</c>.</param>
        /// <returns>JSON, as in <c>include/schema/policy.try.answer.json</c>.</returns>
        /// <exception cref="ObligorException">By kind.</exception>
        public string TryPolicy(string request)
        {
            return Call("policy.try", request);
        }
    }
}
