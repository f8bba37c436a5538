import com.sun.jna.Native;
import com.sun.jna.ptr.IntByReference;
import com.sun.jna.ptr.LongByReference;

import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;

/**
 * The first order, in Java: open an engine, put a customer with a limit, check an order, reserve it, ask again, be refused.
 *
 * <pre>
 *   javac -cp /usr/share/java/jna.jar *.java
 *   java -cp /usr/share/java/jna.jar:. FirstOrder
 * </pre>
 *
 * It makes credit.db in the working directory.
 */
final class FirstOrder implements AutoCloseable {
    private static final String COMPANY = "NW01";
    private static final String CUSTOMER = "4711";
    private static final String CURRENCY = "DKK";
    private static final Obligor LIBRARY = Obligor.LIBRARY;

    private final int engine;

    private FirstOrder(String config) {
        byte[] text = utf8(config);
        IntByReference opened = new IntByReference();
        Obligor.must(LIBRARY.obligor_open(text, text.length, opened));
        engine = opened.getValue();
    }

    public static void main(String[] words) {
        try (FirstOrder desk = new FirstOrder("{\"store\":\"credit.db\",\"create\":true,\"policy\":\"standard\"}")) {
            desk.run();
        } catch (Obligor.ObligorException error) {
            System.err.println("status " + error.status + ": " + error.getMessage());
            System.exit(1);
        }
    }

    private void run() {
        call("customer.put", "{\"customer\":\"4711\",\"name\":\"Nordlys A/S\",\"country\":\"DK\"}");
        call("account.put", "{\"company\":\"NW01\",\"customer\":\"4711\",\"currency\":\"DKK\"}");
        call("limit.put", "{\"company\":\"NW01\",\"customer\":\"4711\",\"limit\":\"10000.00 DKK\"}");

        // A question: nothing is written, nothing is held.
        Obligor.Decision decision = new Obligor.Decision();
        Obligor.must(LIBRARY.obligor_order_check(engine, order("SO-1", "", 600000), decision, null, 0));
        String answer = mayGoThrough(decision) ? "may go through" : "would be stopped";
        System.out.println("SO-1: " + answer + ", available " + money(decision.availableBefore));

        // Check and hold in one step. The key makes asking again safe, after a time-out or a crash too.
        reserve("SO-1", "SO-1/1", 600000);
        reserve("SO-1", "SO-1/1", 600000);
        reserve("SO-2", "SO-2/1", 400001);

        System.out.println(CUSTOMER + ": open credit " + money(position().available));
    }

    private void reserve(String document, String key, long minorUnits) {
        Obligor.Decision decision = new Obligor.Decision();
        Obligor.Reason[] reasons = (Obligor.Reason[]) new Obligor.Reason().toArray(8);
        Obligor.must(
                LIBRARY.obligor_order_reserve(engine, order(document, key, minorUnits), decision, reasons, reasons.length));
        String left = ", available " + money(decision.availableAfter);
        if (mayGoThrough(decision)) {
            System.out.println(document + ": reserved" + (decision.repeated == 1 ? " already" : "") + left);
            return;
        }
        System.out.println(document + ": stopped" + left);
        for (int at = 0; at < Math.min(decision.reasonCount, reasons.length); at++) {
            System.out.println("  " + sentence(reasons[at]));
        }
    }

    private Obligor.Account position() {
        byte[] company = utf8(COMPANY);
        byte[] customer = utf8(CUSTOMER);
        IntByReference account = new IntByReference();
        Obligor.must(
                LIBRARY.obligor_account_resolve(engine, company, company.length, customer, customer.length, account));
        Obligor.Account position = new Obligor.Account();
        Obligor.must(LIBRARY.obligor_account_read(engine, account.getValue(), position));
        return position;
    }

    private String call(String operation, String request) {
        byte[] name = utf8(operation);
        byte[] document = utf8(request);
        byte[] answer = new byte[4096];
        LongByReference needed = new LongByReference();
        int status = LIBRARY.obligor_call(
                engine, name, name.length, document, document.length, answer, answer.length, needed);
        if (status == Obligor.OBLIGOR_E_BUFFER) { // done, and the answer is kept for us
            answer = new byte[(int) needed.getValue()];
            status = LIBRARY.obligor_answer(engine, answer, answer.length, needed);
        }
        Obligor.must(status);
        return Native.toString(answer, "UTF-8");
    }

    @Override
    public void close() {
        Obligor.must(LIBRARY.obligor_close(engine));
    }

    private static Obligor.Order order(String document, String key, long minorUnits) {
        Obligor.Order order = new Obligor.Order();
        order.amount = minorUnits;
        Obligor.put(order.currency, CURRENCY);
        Obligor.put(order.company, COMPANY);
        Obligor.put(order.customer, CUSTOMER);
        Obligor.put(order.document, document);
        Obligor.put(order.key, key);
        return order;
    }

    /** An outcome that this program does not know is none of the three: a refusal. */
    private static boolean mayGoThrough(Obligor.Decision decision) {
        return decision.outcome == Obligor.OBLIGOR_OUTCOME_NOT_CHECKED
                || decision.outcome == Obligor.OBLIGOR_OUTCOME_APPROVE
                || decision.outcome == Obligor.OBLIGOR_OUTCOME_APPROVE_WITH_ALERT;
    }

    private static String sentence(Obligor.Reason reason) {
        byte[] currency = utf8(CURRENCY);
        byte[] language = utf8("en");
        byte[] text = new byte[1024];
        Obligor.must(LIBRARY.obligor_reason_text(
                reason, currency, currency.length, language, language.length, text, text.length, new LongByReference()));
        return Native.toString(text, "UTF-8");
    }

    /** Minor units of a currency with two decimals. */
    private static String money(long minorUnits) {
        return BigDecimal.valueOf(minorUnits, 2).toPlainString() + " " + CURRENCY;
    }

    private static byte[] utf8(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
