// The first order, in C++17: open an engine, put a customer with a limit, check an order, reserve it, ask again, be refused.
//
//     g++ -std=c++17 -I include first_order.cpp -lobligor -o first_order && ./first_order
//
// It makes credit.db in the working directory.
#include "obligor.h"

#include <algorithm>
#include <array>
#include <cstdlib>
#include <iomanip>
#include <iostream>
#include <sstream>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

namespace {

constexpr std::string_view company = "NW01", customer = "4711", currency = "DKK";

/// There is no answer, and why. "Refused" is an answer and no exception.
class Error : public std::runtime_error {
public:
    Error(std::int32_t status, const std::string &words) : std::runtime_error(words), status(status) {}
    const std::int32_t status;
};

void must(std::int32_t status) {
    if (status == OBLIGOR_OK) return;
    std::array<char, 1024> words{};
    std::size_t needed = 0;
    obligor_last_error(words.data(), words.size(), &needed);
    throw Error(status, words.data());
}

/// A struct of the interface: all 0, and its size said.
template <class Struct> Struct sized() {
    Struct made{};
    made.struct_size = sizeof made;
    return made;
}

/// A text that fills its field needs no NUL. One that is too long is never cut: it would be somebody else's number.
template <std::size_t Size> void put(char (&field)[Size], std::string_view text) {
    if (text.size() > Size) throw std::length_error(std::string(text) + " is too long");
    std::copy(text.begin(), text.end(), field);
}

struct Answer {
    obligor_decision decision = sized<obligor_decision>();
    std::vector<obligor_reason> reasons;

    /// An outcome that this program does not know is none of the three: a refusal.
    bool may_go_through() const {
        return decision.outcome == OBLIGOR_OUTCOME_NOT_CHECKED || decision.outcome == OBLIGOR_OUTCOME_APPROVE
            || decision.outcome == OBLIGOR_OUTCOME_APPROVE_WITH_ALERT;
    }
};

class Engine {
public:
    explicit Engine(std::string_view config) {
        must(obligor_open(config.data(), static_cast<std::int64_t>(config.size()), &number));
    }
    // Nobody could act on a failure here, and nothing is lost by one.
    ~Engine() { obligor_close(number); }
    Engine(const Engine &) = delete;
    Engine &operator=(const Engine &) = delete;

    std::string call(std::string_view operation, std::string_view request) {
        std::string answer(4096, '\0');
        std::size_t needed = 0;
        std::int32_t status =
            obligor_call(number, operation.data(), static_cast<std::int64_t>(operation.size()), request.data(),
                         static_cast<std::int64_t>(request.size()), answer.data(), answer.size(), &needed);
        if (status == OBLIGOR_E_BUFFER) { // done, and the answer is kept for us
            answer.resize(needed);
            status = obligor_answer(number, answer.data(), answer.size(), &needed);
        }
        must(status);
        answer.resize(needed - 1);
        return answer;
    }

    Answer check(const obligor_order &order) { return ask(obligor_order_check, order); }
    Answer reserve(const obligor_order &order) { return ask(obligor_order_reserve, order); }

    obligor_account account() {
        std::uint32_t account = 0;
        must(obligor_account_resolve(number, company.data(), static_cast<std::int64_t>(company.size()), customer.data(),
                                     static_cast<std::int64_t>(customer.size()), &account));
        auto position = sized<obligor_account>();
        must(obligor_account_read(number, account, &position));
        return position;
    }

private:
    Answer ask(decltype(obligor_order_check) *function, const obligor_order &order) {
        Answer answer;
        answer.reasons.resize(8, sized<obligor_reason>());
        must(function(number, &order, &answer.decision, answer.reasons.data(),
                      static_cast<std::uint32_t>(answer.reasons.size())));
        answer.reasons.resize(std::min<std::size_t>(answer.reasons.size(), answer.decision.reason_count));
        return answer;
    }

    std::uint32_t number = 0;
};

obligor_order order_of(std::string_view document, std::string_view key, std::int64_t minor_units) {
    auto order = sized<obligor_order>();
    order.amount = minor_units;
    put(order.currency, currency);
    put(order.company, company);
    put(order.customer, customer);
    put(order.document, document);
    put(order.key, key);
    return order;
}

/// Minor units of a currency with two decimals.
std::string money(std::int64_t minor_units) {
    std::ostringstream text;
    text << (minor_units < 0 ? "-" : "") << std::abs(minor_units / 100) << '.' << std::setw(2) << std::setfill('0')
         << std::abs(minor_units % 100) << ' ' << currency;
    return text.str();
}

std::string sentence(const obligor_reason &reason) {
    std::array<char, 1024> text{};
    std::size_t needed = 0;
    must(obligor_reason_text(&reason, currency.data(), static_cast<std::int64_t>(currency.size()), "en", -1, text.data(),
                             text.size(), &needed));
    return text.data();
}

void reserve(Engine &engine, std::string_view document, std::string_view key, std::int64_t minor_units) {
    const auto answer = engine.reserve(order_of(document, key, minor_units));
    const auto left = money(answer.decision.available_after);
    if (answer.may_go_through()) {
        std::cout << document << ": reserved" << (answer.decision.repeated ? " already" : "") << ", available " << left
                  << '\n';
        return;
    }
    std::cout << document << ": stopped, available " << left << '\n';
    for (const auto &reason : answer.reasons) std::cout << "  " << sentence(reason) << '\n';
}

void first_order() {
    Engine engine(R"({"store":"credit.db","create":true,"policy":"standard"})");

    engine.call("customer.put", R"({"customer":"4711","name":"Nordlys A/S","country":"DK"})");
    engine.call("account.put", R"({"company":"NW01","customer":"4711","currency":"DKK"})");
    engine.call("limit.put", R"({"company":"NW01","customer":"4711","limit":"10000.00 DKK"})");

    // A question: nothing is written, nothing is held.
    const auto answer = engine.check(order_of("SO-1", "", 600000));
    std::cout << "SO-1: " << (answer.may_go_through() ? "may go through" : "would be stopped") << ", available "
              << money(answer.decision.available_before) << '\n';

    // Check and hold in one step. The key makes asking again safe, after a time-out or a crash too.
    reserve(engine, "SO-1", "SO-1/1", 600000);
    reserve(engine, "SO-1", "SO-1/1", 600000);
    reserve(engine, "SO-2", "SO-2/1", 400001);

    std::cout << customer << ": open credit " << money(engine.account().available) << '\n';
}

} // namespace

int main() {
    try {
        if (obligor_abi_version() != OBLIGOR_ABI_VERSION) throw std::runtime_error("obligor speaks another interface");
        first_order();
        return EXIT_SUCCESS;
    } catch (const Error &error) {
        std::cerr << "status " << error.status << ": " << error.what() << '\n';
    } catch (const std::exception &error) {
        std::cerr << error.what() << '\n';
    }
    return EXIT_FAILURE;
}
