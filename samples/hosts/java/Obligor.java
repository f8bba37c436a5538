import com.sun.jna.Library;
import com.sun.jna.Native;
import com.sun.jna.Structure;
import com.sun.jna.Structure.FieldOrder;
import com.sun.jna.ptr.IntByReference;
import com.sun.jna.ptr.LongByReference;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * obligor for Java, by JNA: what FirstOrder needs of include/obligor.h; the rest is declared the same way. 64-bit, where
 * {@code size_t} is a {@code long}. The structs have the header's names in camel case; the number is the offset.
 */
interface Obligor extends Library {
    Obligor LIBRARY = Loading.load();

    int OBLIGOR_ABI_VERSION = 1;

    int OBLIGOR_OK = 0;
    int OBLIGOR_E_BUFFER = 3;

    int OBLIGOR_OUTCOME_NOT_CHECKED = 0;
    int OBLIGOR_OUTCOME_APPROVE = 1;
    int OBLIGOR_OUTCOME_APPROVE_WITH_ALERT = 2;
    int OBLIGOR_OUTCOME_PREPAY = 3;
    int OBLIGOR_OUTCOME_HOLD = 4;
    int OBLIGOR_OUTCOME_REFUSE = 5;

    int obligor_abi_version();

    int obligor_last_error(byte[] buf, long cap, LongByReference needed);

    int obligor_open(byte[] config, long configLength, IntByReference engine);

    int obligor_close(int engine);

    int obligor_call(
            int engine, byte[] operation, long operationLength, byte[] request, long requestLength,
            byte[] buf, long cap, LongByReference needed);

    int obligor_answer(int engine, byte[] buf, long cap, LongByReference needed);

    int obligor_account_resolve(
            int engine, byte[] company, long companyLength, byte[] customer, long customerLength, IntByReference account);

    int obligor_account_read(int engine, int account, Account position);

    int obligor_order_check(int engine, Order order, Decision decision, Reason[] reasons, int reasonsCap);

    int obligor_order_reserve(int engine, Order order, Decision decision, Reason[] reasons, int reasonsCap);

    int obligor_reason_text(
            Reason reason, byte[] currency, long currencyLength, byte[] language, long languageLength,
            byte[] buf, long cap, LongByReference needed);

    /** There is no answer, and why. "Refused" is an answer and no exception. */
    final class ObligorException extends RuntimeException {
        private static final long serialVersionUID = 1;
        final int status;

        ObligorException(int status, String words) {
            super(words);
            this.status = status;
        }
    }

    /** Every status is looked at. What went wrong is in this thread's last error, in words for the person who must act. */
    static void must(int status) {
        if (status != OBLIGOR_OK) {
            byte[] words = new byte[1024];
            LIBRARY.obligor_last_error(words, words.length, new LongByReference());
            throw new ObligorException(status, Native.toString(words, "UTF-8"));
        }
    }

    /** A struct whose first field is its size. */
    abstract class Sized extends Structure {
        public int structSize; // 0

        Sized() {
            super(ALIGN_NONE);
        }

        /** Says the size that the library knows; a field too many or of another width would make it another. */
        final void say(int size) {
            if (size() != size) {
                throw new IllegalStateException(getClass() + " has " + size() + " bytes, not " + size);
            }
            structSize = size;
        }
    }

    /** A text that fills its field needs no NUL. One that is too long is never cut: it would be somebody else's number. */
    static void put(byte[] field, String text) {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        if (bytes.length > field.length) {
            throw new IllegalArgumentException(text + " is longer than " + field.length + " bytes");
        }
        Arrays.fill(field, (byte) 0);
        System.arraycopy(bytes, 0, field, 0, bytes.length);
    }

    /** A request about one order; what is not used stays 0. */
    @FieldOrder({
        "structSize", "account", "amount", "currency", "flags", "expiresMs", "stageFrom", "stageTo", "dueDay",
        "deadlineMs", "company", "customer", "document", "key", "item", "user", "rate", "secured", "shipsDay",
        "termsDays", "discountBasisPoints", "checkpoint", "role", "reason"
    })
    final class Order extends Sized {
        public int account; // 4
        public long amount; // 8
        public byte[] currency = new byte[4]; // 16
        public int flags; // 20
        public long expiresMs; // 24
        public int stageFrom; // 32
        public int stageTo; // 36
        public int dueDay; // 40
        public int deadlineMs; // 44
        public byte[] company = new byte[32]; // 48
        public byte[] customer = new byte[64]; // 80
        public byte[] document = new byte[64]; // 144
        public byte[] key = new byte[64]; // 208
        public byte[] item = new byte[64]; // 272
        public byte[] user = new byte[64]; // 336
        public byte[] rate = new byte[32]; // 400
        public long secured; // 432
        public int shipsDay; // 440
        public int termsDays; // 444
        public int discountBasisPoints; // 448
        public int checkpoint; // 452
        public byte[] role = new byte[64]; // 456
        public byte[] reason = new byte[128]; // 520

        public Order() {
            say(648);
        }
    }

    /** What was decided about an order. */
    @FieldOrder({
        "structSize", "outcome", "decisionId", "increase", "increaseCurrency", "currency", "exposureBefore",
        "exposureAfter", "limit", "availableBefore", "availableAfter", "prepay", "factsAtMs", "hasAccount",
        "hasLimit", "orderState", "source", "repeated", "reasonCount", "status", "reserved", "deposit"
    })
    final class Decision extends Sized {
        public int outcome; // 4
        public long decisionId; // 8
        public long increase; // 16
        public byte[] increaseCurrency = new byte[4]; // 24
        public byte[] currency = new byte[4]; // 28
        public long exposureBefore; // 32
        public long exposureAfter; // 40
        public long limit; // 48
        public long availableBefore; // 56
        public long availableAfter; // 64
        public long prepay; // 72
        public long factsAtMs; // 80
        public int hasAccount; // 88
        public int hasLimit; // 92
        public int orderState; // 96
        public int source; // 100
        public int repeated; // 104
        public int reasonCount; // 108
        public int status; // 112
        public int reserved; // 116
        public long deposit; // 120

        public Decision() {
            say(128);
        }
    }

    /** One reason of a decision. */
    @FieldOrder({
        "structSize", "code", "level", "effect", "measuredKind", "thresholdKind", "remedyKind", "reserved",
        "measured", "threshold", "remedy", "releaseBy", "rule", "pool", "currency", "remedyCurrency"
    })
    final class Reason extends Sized {
        public int code; // 4
        public int level; // 8
        public int effect; // 12
        public int measuredKind; // 16
        public int thresholdKind; // 20
        public int remedyKind; // 24
        public int reserved; // 28
        public long measured; // 32
        public long threshold; // 40
        public long remedy; // 48
        public byte[] releaseBy = new byte[32]; // 56
        public byte[] rule = new byte[64]; // 88
        public byte[] pool = new byte[64]; // 152
        public byte[] currency = new byte[4]; // 216
        public byte[] remedyCurrency = new byte[4]; // 220

        public Reason() {
            say(224);
        }
    }

    /** The position of an account. */
    @FieldOrder({
        "structSize", "account", "currency", "status", "ordered", "delivered", "drafted", "open", "overdue",
        "unapplied", "exposure", "limit", "available", "hasLimit", "oldestOverdueDay", "factsAtMs", "later"
    })
    final class Account extends Sized {
        public int account; // 4
        public byte[] currency = new byte[4]; // 8
        public int status; // 12
        public long ordered; // 16
        public long delivered; // 24
        public long drafted; // 32
        public long open; // 40
        public long overdue; // 48
        public long unapplied; // 56
        public long exposure; // 64
        public long limit; // 72
        public long available; // 80
        public int hasLimit; // 88
        public int oldestOverdueDay; // 92
        public long factsAtMs; // 96
        public long later; // 104

        public Account() {
            say(112);
        }
    }

    /** Loads the library, and asks whether it speaks this interface before anything else is called. */
    final class Loading {
        private Loading() {}

        private static Obligor load() {
            Obligor library = Native.load("obligor", Obligor.class);
            if (library.obligor_abi_version() != OBLIGOR_ABI_VERSION) {
                throw new IllegalStateException("obligor speaks another interface");
            }
            return library;
        }
    }
}
