      *> The first order, in COBOL: open an engine, put a customer with
      *> a limit, check an order, reserve it, ask again, be refused.
      *>
      *>   cobc -x -fstatic-call first-order.cob -lobligor
      *>   ./first-order
      *>
      *> It makes credit.db in the working directory.
       IDENTIFICATION DIVISION.
       PROGRAM-ID. FIRST-ORDER.

       DATA DIVISION.
       WORKING-STORAGE SECTION.
           COPY "obligor.cpy".

       01  COMPANY                 PIC X(32) VALUE "NW01".
       01  CUSTOMER                PIC X(64) VALUE "4711".
       01  MONEY-CODE              PIC X(4)  VALUE "DKK".
       01  ENGLISH                 PIC X(2)  VALUE "en".

      *> What is passed by value is as wide as the C parameter.
       01  ENGINE                  PIC 9(9)   COMP-5 VALUE 0.
       01  ACCOUNT-NUMBER          PIC 9(9)   COMP-5.
       01  STATUS-CODE             PIC S9(9)  COMP-5.
       01  INTERFACE-VERSION       PIC S9(9)  COMP-5.
       01  NO-REASONS              PIC 9(9)   COMP-5 VALUE 0.
       01  ROOM-FOR-REASONS        PIC 9(9)   COMP-5 VALUE 8.
       01  FIRST-LENGTH            PIC S9(18) COMP-5.
       01  SECOND-LENGTH           PIC S9(18) COMP-5.
       01  ANSWER-SIZE             PIC S9(18) COMP-5.
       01  NEEDED                  PIC S9(18) COMP-5.

       01  CONFIG-TEXT           PIC X(256) VALUE SPACES.
       01  OPERATION               PIC X(32).
       01  REQUEST-TEXT            PIC X(256) VALUE SPACES.
       01  ANSWER                  PIC X(4096).
       01  LAST-WORDS              PIC X(1024).

       01  WHAT                    PIC X(32).
       01  STATUS-SHOWN            PIC -(9)9.
       01  VERDICT                 PIC X(20).
       01  MINOR-UNITS             PIC S9(18) COMP-5.
       01  MONEY-VALUE             PIC S9(16)V99 COMP-5.
       01  MONEY-SHOWN             PIC -(15)9.99.
       01  GRANTED                 PIC 9.
           88  MAY-GO-THROUGH      VALUE 1.
       01  REASON-AT               PIC 9(9) COMP-5.

       PROCEDURE DIVISION.
       MAIN-LINE.
           PERFORM CHECK-INTERFACE
           MOVE "open" TO WHAT
           STRING '{"store":"credit.db","create":true,'
               '"policy":"standard"}' DELIMITED BY SIZE INTO CONFIG-TEXT
           MOVE LENGTH OF CONFIG-TEXT TO FIRST-LENGTH
           CALL "obligor_open" USING
               BY REFERENCE CONFIG-TEXT BY VALUE FIRST-LENGTH
               BY REFERENCE ENGINE
               RETURNING STATUS-CODE
           PERFORM MUST

           MOVE "customer.put" TO OPERATION
           STRING '{"customer":"4711","name":"Nordlys A/S",'
               '"country":"DK"}' DELIMITED BY SIZE INTO REQUEST-TEXT
           PERFORM CALL-OBLIGOR
           MOVE "account.put" TO OPERATION
           STRING '{"company":"NW01","customer":"4711",'
               '"currency":"DKK"}' DELIMITED BY SIZE INTO REQUEST-TEXT
           PERFORM CALL-OBLIGOR
           MOVE "limit.put" TO OPERATION
           STRING '{"company":"NW01","customer":"4711",'
               '"limit":"10000.00 DKK"}'
               DELIMITED BY SIZE INTO REQUEST-TEXT
           PERFORM CALL-OBLIGOR

      *>   A question: nothing is written, nothing is held.
           PERFORM NEW-ORDER
           MOVE "SO-1" TO ORDER-DOCUMENT
           MOVE 600000 TO ORDER-AMOUNT
           PERFORM CHECK-ORDER

      *>   Check and hold in one step. The key makes asking again safe,
      *>   after a time-out or a crash too.
           MOVE "SO-1/1" TO ORDER-KEY
           PERFORM RESERVE-ORDER
           PERFORM RESERVE-ORDER
           PERFORM NEW-ORDER
           MOVE "SO-2" TO ORDER-DOCUMENT
           MOVE "SO-2/1" TO ORDER-KEY
           MOVE 400001 TO ORDER-AMOUNT
           PERFORM RESERVE-ORDER

           PERFORM SHOW-OPEN-CREDIT

           MOVE "close" TO WHAT
           CALL "obligor_close" USING BY VALUE ENGINE
               RETURNING STATUS-CODE
           PERFORM MUST
           STOP RUN.

      *> The library speaks this interface, and no compiler option has
      *> put slack bytes into the groups.
       CHECK-INTERFACE.
           CALL "obligor_abi_version" RETURNING INTERFACE-VERSION
           IF INTERFACE-VERSION NOT = OBLIGOR-ABI-VERSION
               DISPLAY "obligor speaks another interface" UPON SYSERR
               MOVE 1 TO RETURN-CODE
               STOP RUN
           END-IF
           MOVE LENGTH OF OBLIGOR-ORDER TO ORDER-STRUCT-SIZE
           MOVE LENGTH OF OBLIGOR-DECISION TO DECISION-STRUCT-SIZE
           MOVE LENGTH OF OBLIGOR-REASON(1) TO REASON-STRUCT-SIZE(1)
           MOVE LENGTH OF OBLIGOR-ACCOUNT TO ACCOUNT-STRUCT-SIZE
           IF ORDER-STRUCT-SIZE NOT = 648
               OR DECISION-STRUCT-SIZE NOT = 128
               OR REASON-STRUCT-SIZE(1) NOT = 224
               OR ACCOUNT-STRUCT-SIZE NOT = 112
               DISPLAY "a group is not as the library has it"
                   UPON SYSERR
               MOVE 1 TO RETURN-CODE
               STOP RUN
           END-IF.

      *> Every status is looked at. What went wrong is in the last
      *> error, in words for the person who must act.
       MUST.
           IF STATUS-CODE NOT = OBLIGOR-OK
               MOVE STATUS-CODE TO STATUS-SHOWN
               MOVE SPACES TO LAST-WORDS
               MOVE LENGTH OF LAST-WORDS TO ANSWER-SIZE
               CALL "obligor_last_error" USING
                   BY REFERENCE LAST-WORDS BY VALUE ANSWER-SIZE
                   BY REFERENCE NEEDED
               INSPECT LAST-WORDS REPLACING ALL X"00" BY SPACE
               DISPLAY FUNCTION TRIM(WHAT) ": status "
                   FUNCTION TRIM(STATUS-SHOWN) ": "
                   FUNCTION TRIM(LAST-WORDS) UPON SYSERR
               MOVE 1 TO RETURN-CODE
               STOP RUN
           END-IF.

       CALL-OBLIGOR.
           MOVE OPERATION TO WHAT
           MOVE LENGTH OF OPERATION TO FIRST-LENGTH
           MOVE LENGTH OF REQUEST-TEXT TO SECOND-LENGTH
           MOVE LENGTH OF ANSWER TO ANSWER-SIZE
           CALL "obligor_call" USING
               BY VALUE ENGINE
               BY REFERENCE OPERATION BY VALUE FIRST-LENGTH
               BY REFERENCE REQUEST-TEXT BY VALUE SECOND-LENGTH
               BY REFERENCE ANSWER BY VALUE ANSWER-SIZE
               BY REFERENCE NEEDED
               RETURNING STATUS-CODE
      *>   Done, but the answer did not fit; obligor_answer would hand
      *>   it out. Nothing here needs it.
           IF STATUS-CODE NOT = OBLIGOR-E-BUFFER
               PERFORM MUST
           END-IF
           MOVE SPACES TO REQUEST-TEXT.

      *> What is not used is 0 in numbers and blank in texts.
       NEW-ORDER.
           INITIALIZE OBLIGOR-ORDER
           MOVE LENGTH OF OBLIGOR-ORDER TO ORDER-STRUCT-SIZE
           MOVE COMPANY TO ORDER-COMPANY
           MOVE CUSTOMER TO ORDER-CUSTOMER
           MOVE MONEY-CODE TO ORDER-CURRENCY.

       CHECK-ORDER.
           MOVE ORDER-DOCUMENT TO WHAT
           INITIALIZE OBLIGOR-DECISION
           MOVE LENGTH OF OBLIGOR-DECISION TO DECISION-STRUCT-SIZE
           CALL "obligor_order_check" USING
               BY VALUE ENGINE
               BY REFERENCE OBLIGOR-ORDER
               BY REFERENCE OBLIGOR-DECISION
               BY REFERENCE OMITTED BY VALUE NO-REASONS
               RETURNING STATUS-CODE
           PERFORM MUST
           PERFORM LOOK-AT-OUTCOME
           MOVE "would be stopped" TO VERDICT
           IF MAY-GO-THROUGH
               MOVE "may go through" TO VERDICT
           END-IF
           MOVE DECISION-AVAILABLE-BEFORE TO MINOR-UNITS
           PERFORM SHOW-DECISION.

       RESERVE-ORDER.
           MOVE ORDER-DOCUMENT TO WHAT
           INITIALIZE OBLIGOR-DECISION OBLIGOR-REASONS
           MOVE LENGTH OF OBLIGOR-DECISION TO DECISION-STRUCT-SIZE
           MOVE LENGTH OF OBLIGOR-REASON(1) TO REASON-STRUCT-SIZE(1)
           CALL "obligor_order_reserve" USING
               BY VALUE ENGINE
               BY REFERENCE OBLIGOR-ORDER
               BY REFERENCE OBLIGOR-DECISION
               BY REFERENCE OBLIGOR-REASONS BY VALUE ROOM-FOR-REASONS
               RETURNING STATUS-CODE
           PERFORM MUST
           PERFORM LOOK-AT-OUTCOME
           EVALUATE TRUE
               WHEN NOT MAY-GO-THROUGH
                   MOVE "stopped" TO VERDICT
               WHEN DECISION-REPEATED = 1
                   MOVE "reserved already" TO VERDICT
               WHEN OTHER
                   MOVE "reserved" TO VERDICT
           END-EVALUATE
           MOVE DECISION-AVAILABLE-AFTER TO MINOR-UNITS
           PERFORM SHOW-DECISION
           IF NOT MAY-GO-THROUGH
               PERFORM TELL-REASON VARYING REASON-AT FROM 1 BY 1
                   UNTIL REASON-AT > DECISION-REASON-COUNT
                   OR REASON-AT > ROOM-FOR-REASONS
           END-IF.

      *> An outcome that this program does not know is none of the
      *> three: a refusal.
       LOOK-AT-OUTCOME.
           EVALUATE DECISION-OUTCOME
               WHEN OBLIGOR-OUTCOME-NOT-CHECKED
               WHEN OBLIGOR-OUTCOME-APPROVE
               WHEN OBLIGOR-OUTCOME-APPROVE-WITH-ALERT
                   MOVE 1 TO GRANTED
               WHEN OTHER
                   MOVE 0 TO GRANTED
           END-EVALUATE.

       TELL-REASON.
           MOVE LENGTH OF MONEY-CODE TO FIRST-LENGTH
           MOVE LENGTH OF ENGLISH TO SECOND-LENGTH
           MOVE LENGTH OF ANSWER TO ANSWER-SIZE
           CALL "obligor_reason_text" USING
               BY REFERENCE OBLIGOR-REASON(REASON-AT)
               BY REFERENCE MONEY-CODE BY VALUE FIRST-LENGTH
               BY REFERENCE ENGLISH BY VALUE SECOND-LENGTH
               BY REFERENCE ANSWER BY VALUE ANSWER-SIZE
               BY REFERENCE NEEDED
               RETURNING STATUS-CODE
           PERFORM MUST
           DISPLAY "  " ANSWER(1:NEEDED - 1).

       SHOW-OPEN-CREDIT.
           MOVE "account" TO WHAT
           MOVE LENGTH OF COMPANY TO FIRST-LENGTH
           MOVE LENGTH OF CUSTOMER TO SECOND-LENGTH
           CALL "obligor_account_resolve" USING
               BY VALUE ENGINE
               BY REFERENCE COMPANY BY VALUE FIRST-LENGTH
               BY REFERENCE CUSTOMER BY VALUE SECOND-LENGTH
               BY REFERENCE ACCOUNT-NUMBER
               RETURNING STATUS-CODE
           PERFORM MUST
           INITIALIZE OBLIGOR-ACCOUNT
           MOVE LENGTH OF OBLIGOR-ACCOUNT TO ACCOUNT-STRUCT-SIZE
           CALL "obligor_account_read" USING
               BY VALUE ENGINE
               BY VALUE ACCOUNT-NUMBER
               BY REFERENCE OBLIGOR-ACCOUNT
               RETURNING STATUS-CODE
           PERFORM MUST
           MOVE ACCOUNT-AVAILABLE TO MINOR-UNITS
           PERFORM MAKE-MONEY
           DISPLAY FUNCTION TRIM(CUSTOMER) ": open credit "
               FUNCTION TRIM(MONEY-SHOWN) " " FUNCTION TRIM(MONEY-CODE).

       SHOW-DECISION.
           PERFORM MAKE-MONEY
           DISPLAY FUNCTION TRIM(ORDER-DOCUMENT) ": "
               FUNCTION TRIM(VERDICT) ", available "
               FUNCTION TRIM(MONEY-SHOWN) " " FUNCTION TRIM(MONEY-CODE).

      *> Minor units of a currency with two decimals.
       MAKE-MONEY.
           COMPUTE MONEY-VALUE = MINOR-UNITS / 100
           MOVE MONEY-VALUE TO MONEY-SHOWN.

       END PROGRAM FIRST-ORDER.
