Attribute VB_Name = "FirstOrder"
' The first order, in 64-bit VBA: open an engine, put a customer with a limit, check an order, reserve it, ask again, be
' refused. It makes credit.db in the current directory, which also has, or whose path finds, obligor.dll.
'
' Our tests have no Office and do not run this module. They hold its constants, the fields of its types (name, place and
' width) and the parameters of its declarations to include/obligor.h.
Option Explicit

Private Const OBLIGOR_ABI_VERSION As Long = 1

Private Const OBLIGOR_OK As Long = 0
Private Const OBLIGOR_E_BUFFER As Long = 3

Private Const OBLIGOR_OUTCOME_NOT_CHECKED As Long = 0
Private Const OBLIGOR_OUTCOME_APPROVE As Long = 1
Private Const OBLIGOR_OUTCOME_APPROVE_WITH_ALERT As Long = 2
Private Const OBLIGOR_OUTCOME_PREPAY As Long = 3
Private Const OBLIGOR_OUTCOME_HOLD As Long = 4
Private Const OBLIGOR_OUTCOME_REFUSE As Long = 5

' The header's names without underscores; the number is the offset. Texts are bytes: VBA would turn a String into the
' code page of Windows on the way, and the library takes UTF-8 only.

Private Type ObligorOrder
    StructSize As Long                      ' 0
    Account As Long                         ' 4
    Amount As LongLong                      ' 8
    CurrencyCode(0 To 3) As Byte            ' 16
    Flags As Long                           ' 20
    ExpiresMs As LongLong                   ' 24
    StageFrom As Long                       ' 32
    StageTo As Long                         ' 36
    DueDay As Long                          ' 40
    DeadlineMs As Long                      ' 44
    Company(0 To 31) As Byte                ' 48
    Customer(0 To 63) As Byte               ' 80
    Document(0 To 63) As Byte               ' 144
    Key(0 To 63) As Byte                    ' 208
    Item(0 To 63) As Byte                   ' 272
    User(0 To 63) As Byte                   ' 336
    Rate(0 To 31) As Byte                   ' 400
    Secured As LongLong                     ' 432
    ShipsDay As Long                        ' 440
    TermsDays As Long                       ' 444
    DiscountBasisPoints As Long             ' 448
    Checkpoint As Long                      ' 452
    Role(0 To 63) As Byte                   ' 456
    Reason(0 To 127) As Byte                ' 520
End Type

Private Type ObligorDecision
    StructSize As Long                      ' 0
    Outcome As Long                         ' 4
    DecisionId As LongLong                  ' 8
    Increase As LongLong                    ' 16
    IncreaseCurrency(0 To 3) As Byte        ' 24
    CurrencyCode(0 To 3) As Byte            ' 28
    ExposureBefore As LongLong              ' 32
    ExposureAfter As LongLong               ' 40
    Limit As LongLong                       ' 48
    AvailableBefore As LongLong             ' 56
    AvailableAfter As LongLong              ' 64
    Prepay As LongLong                      ' 72
    FactsAtMs As LongLong                   ' 80
    HasAccount As Long                      ' 88
    HasLimit As Long                        ' 92
    OrderState As Long                      ' 96
    Source As Long                          ' 100
    Repeated As Long                        ' 104
    ReasonCount As Long                     ' 108
    Status As Long                          ' 112
    Reserved As Long                        ' 116
    Deposit As LongLong                     ' 120
End Type

Private Type ObligorReason
    StructSize As Long                      ' 0
    Code As Long                            ' 4
    Level As Long                           ' 8
    Effect As Long                          ' 12
    MeasuredKind As Long                    ' 16
    ThresholdKind As Long                   ' 20
    RemedyKind As Long                      ' 24
    Reserved As Long                        ' 28
    Measured As LongLong                    ' 32
    Threshold As LongLong                   ' 40
    Remedy As LongLong                      ' 48
    ReleaseBy(0 To 31) As Byte              ' 56
    Rule(0 To 63) As Byte                   ' 88
    Pool(0 To 63) As Byte                   ' 152
    CurrencyCode(0 To 3) As Byte            ' 216
    RemedyCurrency(0 To 3) As Byte          ' 220
End Type

Private Type ObligorAccount
    StructSize As Long                      ' 0
    Account As Long                         ' 4
    CurrencyCode(0 To 3) As Byte            ' 8
    Status As Long                          ' 12
    Ordered As LongLong                     ' 16
    Delivered As LongLong                   ' 24
    Drafted As LongLong                     ' 32
    OpenItems As LongLong                   ' 40
    Overdue As LongLong                     ' 48
    Unapplied As LongLong                   ' 56
    Exposure As LongLong                    ' 64
    Limit As LongLong                       ' 72
    Available As LongLong                   ' 80
    HasLimit As Long                        ' 88
    OldestOverdueDay As Long                ' 92
    FactsAtMs As LongLong                   ' 96
    Later As LongLong                       ' 104
End Type

Private Declare PtrSafe Function obligor_abi_version Lib "obligor.dll" () As Long
Private Declare PtrSafe Function obligor_last_error Lib "obligor.dll" ( _
    ByRef buf As Byte, ByVal cap As LongLong, ByRef needed As LongLong) As Long
Private Declare PtrSafe Function obligor_open Lib "obligor.dll" ( _
    ByRef config As Byte, ByVal configLength As LongLong, ByRef engine As Long) As Long
Private Declare PtrSafe Function obligor_close Lib "obligor.dll" (ByVal engine As Long) As Long
Private Declare PtrSafe Function obligor_call Lib "obligor.dll" ( _
    ByVal engine As Long, ByRef operation As Byte, ByVal operationLength As LongLong, ByRef request As Byte, _
    ByVal requestLength As LongLong, ByRef buf As Byte, ByVal cap As LongLong, ByRef needed As LongLong) As Long
Private Declare PtrSafe Function obligor_account_resolve Lib "obligor.dll" ( _
    ByVal engine As Long, ByRef company As Byte, ByVal companyLength As LongLong, ByRef customer As Byte, _
    ByVal customerLength As LongLong, ByRef account As Long) As Long
Private Declare PtrSafe Function obligor_account_read Lib "obligor.dll" ( _
    ByVal engine As Long, ByVal account As Long, ByRef position As ObligorAccount) As Long
Private Declare PtrSafe Function obligor_order_check Lib "obligor.dll" ( _
    ByVal engine As Long, ByRef order As ObligorOrder, ByRef decision As ObligorDecision, ByVal reasons As LongPtr, _
    ByVal reasonsCap As Long) As Long
Private Declare PtrSafe Function obligor_order_reserve Lib "obligor.dll" ( _
    ByVal engine As Long, ByRef order As ObligorOrder, ByRef decision As ObligorDecision, ByVal reasons As LongPtr, _
    ByVal reasonsCap As Long) As Long
Private Declare PtrSafe Function obligor_reason_text Lib "obligor.dll" ( _
    ByRef reason As ObligorReason, ByRef currencyCode As Byte, ByVal currencyLength As LongLong, ByRef language As Byte, _
    ByVal languageLength As LongLong, ByRef buf As Byte, ByVal cap As LongLong, ByRef needed As LongLong) As Long

Private Declare PtrSafe Function WideCharToMultiByte Lib "kernel32" ( _
    ByVal codePage As Long, ByVal flags As Long, ByVal wide As LongPtr, ByVal wideLength As Long, ByVal bytes As LongPtr, _
    ByVal size As Long, ByVal unknown As LongPtr, ByVal wasUnknown As LongPtr) As Long
Private Declare PtrSafe Function MultiByteToWideChar Lib "kernel32" ( _
    ByVal codePage As Long, ByVal flags As Long, ByVal bytes As LongPtr, ByVal size As Long, ByVal wide As LongPtr, _
    ByVal wideLength As Long) As Long
Private Const CP_UTF8 As Long = 65001

Private Const OUR_COMPANY As String = "NW01"
Private Const A_CUSTOMER As String = "4711"
Private Const OUR_CURRENCY As String = "DKK"

Public Sub EnterFirstOrder()
    Dim engine As Long, number As Long, words As String
    CheckInterface
    Dim config() As Byte
    config = Utf8("{""store"":""credit.db"",""create"":true,""policy"":""standard""}")
    Must obligor_open(config(0), -1, engine)
    On Error GoTo Failed
    Work engine
    Must obligor_close(engine)
    Exit Sub
Failed:
    number = Err.Number
    words = Err.Description
    obligor_close engine
    Err.Raise number, "obligor", words
End Sub

Private Sub Work(ByVal engine As Long)
    CallObligor engine, "customer.put", "{""customer"":""4711"",""name"":""Nordlys A/S"",""country"":""DK""}"
    CallObligor engine, "account.put", "{""company"":""NW01"",""customer"":""4711"",""currency"":""DKK""}"
    CallObligor engine, "limit.put", "{""company"":""NW01"",""customer"":""4711"",""limit"":""10000.00 DKK""}"

    ' A question: nothing is written, nothing is held.
    Dim order As ObligorOrder, decision As ObligorDecision
    order = OrderOf("SO-1", "", 600000)
    decision.StructSize = LenB(decision)
    Must obligor_order_check(engine, order, decision, 0, 0)
    Debug.Print "SO-1: " & IIf(MayGoThrough(decision), "may go through", "would be stopped") & ", available " & _
        Money(decision.AvailableBefore)

    ' Check and hold in one step. The key makes asking again safe, after a time-out or a crash too.
    Reserve engine, "SO-1", "SO-1/1", 600000
    Reserve engine, "SO-1", "SO-1/1", 600000
    Reserve engine, "SO-2", "SO-2/1", 400001

    Dim companyText() As Byte, customerText() As Byte, account As Long, position As ObligorAccount
    companyText = Utf8(OUR_COMPANY)
    customerText = Utf8(A_CUSTOMER)
    Must obligor_account_resolve(engine, companyText(0), -1, customerText(0), -1, account)
    position.StructSize = LenB(position)
    Must obligor_account_read(engine, account, position)
    Debug.Print A_CUSTOMER & ": open credit " & Money(position.Available)
End Sub

Private Sub Reserve(ByVal engine As Long, ByVal document As String, ByVal key As String, ByVal minorUnits As LongLong)
    Dim order As ObligorOrder, decision As ObligorDecision, reasons(0 To 7) As ObligorReason, at As Long
    order = OrderOf(document, key, minorUnits)
    decision.StructSize = LenB(decision)
    reasons(0).StructSize = LenB(reasons(0))
    Must obligor_order_reserve(engine, order, decision, VarPtr(reasons(0)), 8)
    If MayGoThrough(decision) Then
        Debug.Print document & ": reserved" & IIf(decision.Repeated = 1, " already", "") & ", available " & _
            Money(decision.AvailableAfter)
        Exit Sub
    End If
    Debug.Print document & ": stopped, available " & Money(decision.AvailableAfter)
    For at = 0 To 7
        If at < decision.ReasonCount Then Debug.Print "  " & Sentence(reasons(at))
    Next at
End Sub

' The library speaks this interface, and VBA lays the types out as it does.
Private Sub CheckInterface()
    Dim order As ObligorOrder, decision As ObligorDecision, reason As ObligorReason, account As ObligorAccount
    If obligor_abi_version() <> OBLIGOR_ABI_VERSION Then
        Err.Raise vbObjectError + 1, "obligor", "obligor speaks another interface"
    End If
    If LenB(order) <> 648 Or LenB(decision) <> 128 Or LenB(reason) <> 224 Or LenB(account) <> 112 Then
        Err.Raise vbObjectError + 1, "obligor", "a type is not as the library has it"
    End If
End Sub

' Every status is looked at. What went wrong is in this thread's last error, in words for the person who must act.
Private Sub Must(ByVal status As Long)
    Dim words(0 To 1023) As Byte, needed As LongLong
    If status = OBLIGOR_OK Then Exit Sub
    If obligor_last_error(words(0), 1024, needed) <> OBLIGOR_OK Then needed = 1
    Err.Raise vbObjectError + 512 + status, "obligor", "status " & status & ": " & FromUtf8(words, needed)
End Sub

Private Sub CallObligor(ByVal engine As Long, ByVal operation As String, ByVal request As String)
    Dim operationText() As Byte, requestText() As Byte, answer(0 To 4095) As Byte, needed As LongLong, status As Long
    operationText = Utf8(operation)
    requestText = Utf8(request)
    status = obligor_call(engine, operationText(0), -1, requestText(0), -1, answer(0), 4096, needed)
    ' Done, but the answer did not fit; obligor_answer would hand it out. Nothing here needs it.
    If status <> OBLIGOR_E_BUFFER Then Must status
End Sub

Private Function OrderOf(ByVal document As String, ByVal key As String, ByVal minorUnits As LongLong) As ObligorOrder
    Dim order As ObligorOrder
    order.StructSize = LenB(order)
    order.Amount = minorUnits
    PutText order.CurrencyCode, OUR_CURRENCY
    PutText order.Company, OUR_COMPANY
    PutText order.Customer, A_CUSTOMER
    PutText order.Document, document
    PutText order.Key, key
    OrderOf = order
End Function

' An outcome that this module does not know is none of the three: a refusal.
Private Function MayGoThrough(ByRef decision As ObligorDecision) As Boolean
    Select Case decision.Outcome
        Case OBLIGOR_OUTCOME_NOT_CHECKED, OBLIGOR_OUTCOME_APPROVE, OBLIGOR_OUTCOME_APPROVE_WITH_ALERT
            MayGoThrough = True
    End Select
End Function

Private Function Sentence(ByRef reason As ObligorReason) As String
    Dim code() As Byte, language() As Byte, text(0 To 1023) As Byte, needed As LongLong
    code = Utf8(OUR_CURRENCY)
    language = Utf8("en")
    Must obligor_reason_text(reason, code(0), -1, language(0), -1, text(0), 1024, needed)
    Sentence = FromUtf8(text, needed)
End Function

' Minor units of a currency with two decimals. Never a Double: CDec keeps every digit.
Private Function Money(ByVal minorUnits As LongLong) As String
    Money = Format$(CDec(minorUnits) / 100, "0.00") & " " & OUR_CURRENCY
End Function

' A text that fills its field needs no NUL. One that is too long is never cut: it would be somebody else's number.
Private Sub PutText(ByRef field() As Byte, ByVal text As String)
    Dim bytes() As Byte, at As Long
    bytes = Utf8(text)
    If UBound(bytes) > UBound(field) + 1 Then Err.Raise vbObjectError + 1, "obligor", text & " is too long"
    For at = 0 To UBound(bytes) - 1
        field(at) = bytes(at)
    Next at
End Sub

' The text in UTF-8, and a NUL.
Private Function Utf8(ByVal text As String) As Byte()
    Dim bytes() As Byte, size As Long
    If Len(text) > 0 Then size = WideCharToMultiByte(CP_UTF8, 0, StrPtr(text), Len(text), 0, 0, 0, 0)
    ReDim bytes(0 To size)
    If size > 0 Then WideCharToMultiByte CP_UTF8, 0, StrPtr(text), Len(text), VarPtr(bytes(0)), size, 0, 0
    Utf8 = bytes
End Function

' `needed` counts the NUL.
Private Function FromUtf8(ByRef bytes() As Byte, ByVal needed As LongLong) As String
    Dim size As Long, length As Long, text As String
    size = CLng(needed) - 1
    If size < 1 Then Exit Function
    length = MultiByteToWideChar(CP_UTF8, 0, VarPtr(bytes(0)), size, 0, 0)
    text = String$(length, 0)
    MultiByteToWideChar CP_UTF8, 0, VarPtr(bytes(0)), size, StrPtr(text), length
    FromUtf8 = text
End Function
