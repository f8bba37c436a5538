      *> obligor for COBOL: the structs of include/obligor.h as groups,
      *> its names with hyphens; the number is the offset. Binary
      *> fields are COMP-5, the machine's own. Texts are UTF-8 and may
      *> be filled up with blanks. Amounts are minor units.
       78  OBLIGOR-ABI-VERSION                VALUE 1.
       78  OBLIGOR-OK                         VALUE 0.
       78  OBLIGOR-E-BUFFER                   VALUE 3.
       78  OBLIGOR-OUTCOME-NOT-CHECKED        VALUE 0.
       78  OBLIGOR-OUTCOME-APPROVE            VALUE 1.
       78  OBLIGOR-OUTCOME-APPROVE-WITH-ALERT VALUE 2.
       78  OBLIGOR-OUTCOME-PREPAY             VALUE 3.
       78  OBLIGOR-OUTCOME-HOLD               VALUE 4.
       78  OBLIGOR-OUTCOME-REFUSE             VALUE 5.

       01  OBLIGOR-ORDER.
           05  ORDER-STRUCT-SIZE           PIC 9(9) COMP-5.   *> 0
           05  ORDER-ACCOUNT               PIC 9(9) COMP-5.   *> 4
           05  ORDER-AMOUNT                PIC S9(18) COMP-5. *> 8
           05  ORDER-CURRENCY              PIC X(4).          *> 16
           05  ORDER-FLAGS                 PIC 9(9) COMP-5.   *> 20
           05  ORDER-EXPIRES-MS            PIC S9(18) COMP-5. *> 24
           05  ORDER-STAGE-FROM            PIC S9(9) COMP-5.  *> 32
           05  ORDER-STAGE-TO              PIC S9(9) COMP-5.  *> 36
           05  ORDER-DUE-DAY               PIC S9(9) COMP-5.  *> 40
           05  ORDER-DEADLINE-MS           PIC 9(9) COMP-5.   *> 44
           05  ORDER-COMPANY               PIC X(32).         *> 48
           05  ORDER-CUSTOMER              PIC X(64).         *> 80
           05  ORDER-DOCUMENT              PIC X(64).         *> 144
           05  ORDER-KEY                   PIC X(64).         *> 208
           05  ORDER-ITEM                  PIC X(64).         *> 272
           05  ORDER-USER                  PIC X(64).         *> 336
           05  ORDER-RATE                  PIC X(32).         *> 400
           05  ORDER-SECURED               PIC S9(18) COMP-5. *> 432
           05  ORDER-SHIPS-DAY             PIC S9(9) COMP-5.  *> 440
           05  ORDER-TERMS-DAYS            PIC S9(9) COMP-5.  *> 444
           05  ORDER-DISCOUNT-BASIS-POINTS PIC S9(9) COMP-5.  *> 448
           05  ORDER-CHECKPOINT            PIC S9(9) COMP-5.  *> 452
           05  ORDER-ROLE                  PIC X(64).         *> 456
           05  ORDER-REASON                PIC X(128).        *> 520

       01  OBLIGOR-DECISION.
           05  DECISION-STRUCT-SIZE        PIC 9(9) COMP-5.   *> 0
           05  DECISION-OUTCOME            PIC S9(9) COMP-5.  *> 4
           05  DECISION-DECISION-ID        PIC S9(18) COMP-5. *> 8
           05  DECISION-INCREASE           PIC S9(18) COMP-5. *> 16
           05  DECISION-INCREASE-CURRENCY  PIC X(4).          *> 24
           05  DECISION-CURRENCY           PIC X(4).          *> 28
           05  DECISION-EXPOSURE-BEFORE    PIC S9(18) COMP-5. *> 32
           05  DECISION-EXPOSURE-AFTER     PIC S9(18) COMP-5. *> 40
           05  DECISION-LIMIT              PIC S9(18) COMP-5. *> 48
           05  DECISION-AVAILABLE-BEFORE   PIC S9(18) COMP-5. *> 56
           05  DECISION-AVAILABLE-AFTER    PIC S9(18) COMP-5. *> 64
           05  DECISION-PREPAY             PIC S9(18) COMP-5. *> 72
           05  DECISION-FACTS-AT-MS        PIC S9(18) COMP-5. *> 80
           05  DECISION-HAS-ACCOUNT        PIC S9(9) COMP-5.  *> 88
           05  DECISION-HAS-LIMIT          PIC S9(9) COMP-5.  *> 92
           05  DECISION-ORDER-STATE        PIC S9(9) COMP-5.  *> 96
           05  DECISION-SOURCE             PIC S9(9) COMP-5.  *> 100
           05  DECISION-REPEATED           PIC S9(9) COMP-5.  *> 104
           05  DECISION-REASON-COUNT       PIC 9(9) COMP-5.   *> 108
           05  DECISION-STATUS             PIC S9(9) COMP-5.  *> 112
           05  DECISION-RESERVED           PIC 9(9) COMP-5.   *> 116
           05  DECISION-DEPOSIT            PIC S9(18) COMP-5. *> 120

       01  OBLIGOR-REASONS.
           05  OBLIGOR-REASON OCCURS 8.
               10  REASON-STRUCT-SIZE          PIC 9(9) COMP-5.   *> 0
               10  REASON-CODE                 PIC S9(9) COMP-5.  *> 4
               10  REASON-LEVEL                PIC S9(9) COMP-5.  *> 8
               10  REASON-EFFECT               PIC S9(9) COMP-5.  *> 12
               10  REASON-MEASURED-KIND        PIC S9(9) COMP-5.  *> 16
               10  REASON-THRESHOLD-KIND       PIC S9(9) COMP-5.  *> 20
               10  REASON-REMEDY-KIND          PIC S9(9) COMP-5.  *> 24
               10  REASON-RESERVED             PIC 9(9) COMP-5.   *> 28
               10  REASON-MEASURED             PIC S9(18) COMP-5. *> 32
               10  REASON-THRESHOLD            PIC S9(18) COMP-5. *> 40
               10  REASON-REMEDY               PIC S9(18) COMP-5. *> 48
               10  REASON-RELEASE-BY           PIC X(32).         *> 56
               10  REASON-RULE                 PIC X(64).         *> 88
               10  REASON-POOL                 PIC X(64).         *> 152
               10  REASON-CURRENCY             PIC X(4).          *> 216
               10  REASON-REMEDY-CURRENCY      PIC X(4).          *> 220

       01  OBLIGOR-ACCOUNT.
           05  ACCOUNT-STRUCT-SIZE         PIC 9(9) COMP-5.   *> 0
           05  ACCOUNT-ACCOUNT             PIC 9(9) COMP-5.   *> 4
           05  ACCOUNT-CURRENCY            PIC X(4).          *> 8
           05  ACCOUNT-STATUS              PIC S9(9) COMP-5.  *> 12
           05  ACCOUNT-ORDERED             PIC S9(18) COMP-5. *> 16
           05  ACCOUNT-DELIVERED           PIC S9(18) COMP-5. *> 24
           05  ACCOUNT-DRAFTED             PIC S9(18) COMP-5. *> 32
           05  ACCOUNT-OPEN                PIC S9(18) COMP-5. *> 40
           05  ACCOUNT-OVERDUE             PIC S9(18) COMP-5. *> 48
           05  ACCOUNT-UNAPPLIED           PIC S9(18) COMP-5. *> 56
           05  ACCOUNT-EXPOSURE            PIC S9(18) COMP-5. *> 64
           05  ACCOUNT-LIMIT               PIC S9(18) COMP-5. *> 72
           05  ACCOUNT-AVAILABLE           PIC S9(18) COMP-5. *> 80
           05  ACCOUNT-HAS-LIMIT           PIC S9(9) COMP-5.  *> 88
           05  ACCOUNT-OLDEST-OVERDUE-DAY  PIC S9(9) COMP-5.  *> 92
           05  ACCOUNT-FACTS-AT-MS         PIC S9(18) COMP-5. *> 96
           05  ACCOUNT-LATER               PIC S9(18) COMP-5. *> 104
