{ obligor for Delphi and Free Pascal: what FirstOrder.dpr needs of include/obligor.h. The rest is declared the same way.
  64-bit; no floats. Texts are UTF-8. }
unit Obligor;

{$IFDEF FPC}{$MODE DELPHI}{$ENDIF}

interface

uses
  SysUtils;

const
  { Windows adds .dll to it, a Unix linker lib and .so. }
  ObligorLibrary = 'obligor';

  OBLIGOR_ABI_VERSION = 1;

  OBLIGOR_OK = 0;
  OBLIGOR_E_BUFFER = 3;

  OBLIGOR_OUTCOME_NOT_CHECKED = 0;
  OBLIGOR_OUTCOME_APPROVE = 1;
  OBLIGOR_OUTCOME_APPROVE_WITH_ALERT = 2;
  OBLIGOR_OUTCOME_PREPAY = 3;
  OBLIGOR_OUTCOME_HOLD = 4;
  OBLIGOR_OUTCOME_REFUSE = 5;

type
  { The header's names without underscores; the number is the offset. }

  TObligorOrder = packed record
    StructSize: Cardinal;                     { 0 }
    Account: Cardinal;                        { 4 }
    Amount: Int64;                            { 8, minor units }
    Currency: array[0..3] of AnsiChar;        { 16 }
    Flags: Cardinal;                          { 20 }
    ExpiresMs: Int64;                         { 24 }
    StageFrom: Integer;                       { 32 }
    StageTo: Integer;                         { 36 }
    DueDay: Integer;                          { 40 }
    DeadlineMs: Cardinal;                     { 44 }
    Company: array[0..31] of AnsiChar;        { 48 }
    Customer: array[0..63] of AnsiChar;       { 80 }
    Document: array[0..63] of AnsiChar;       { 144 }
    Key: array[0..63] of AnsiChar;            { 208 }
    Item: array[0..63] of AnsiChar;           { 272 }
    User: array[0..63] of AnsiChar;           { 336 }
    Rate: array[0..31] of AnsiChar;           { 400 }
    Secured: Int64;                           { 432 }
    ShipsDay: Integer;                        { 440 }
    TermsDays: Integer;                       { 444 }
    DiscountBasisPoints: Integer;             { 448 }
    Checkpoint: Integer;                      { 452 }
    Role: array[0..63] of AnsiChar;           { 456 }
    Reason: array[0..127] of AnsiChar;        { 520 }
  end;
  PObligorOrder = ^TObligorOrder;

  TObligorDecision = packed record
    StructSize: Cardinal;                     { 0 }
    Outcome: Integer;                         { 4 }
    DecisionId: Int64;                        { 8 }
    Increase: Int64;                          { 16 }
    IncreaseCurrency: array[0..3] of AnsiChar; { 24 }
    Currency: array[0..3] of AnsiChar;        { 28 }
    ExposureBefore: Int64;                    { 32 }
    ExposureAfter: Int64;                     { 40 }
    Limit: Int64;                             { 48 }
    AvailableBefore: Int64;                   { 56 }
    AvailableAfter: Int64;                    { 64 }
    Prepay: Int64;                            { 72 }
    FactsAtMs: Int64;                         { 80 }
    HasAccount: Integer;                      { 88 }
    HasLimit: Integer;                        { 92 }
    OrderState: Integer;                      { 96 }
    Source: Integer;                          { 100 }
    Repeated: Integer;                        { 104 }
    ReasonCount: Cardinal;                    { 108 }
    Status: Integer;                          { 112 }
    Reserved: Cardinal;                       { 116 }
    Deposit: Int64;                           { 120 }
  end;
  PObligorDecision = ^TObligorDecision;

  TObligorReason = packed record
    StructSize: Cardinal;                     { 0 }
    Code: Integer;                            { 4 }
    Level: Integer;                           { 8 }
    Effect: Integer;                          { 12 }
    MeasuredKind: Integer;                    { 16 }
    ThresholdKind: Integer;                   { 20 }
    RemedyKind: Integer;                      { 24 }
    Reserved: Cardinal;                       { 28 }
    Measured: Int64;                          { 32 }
    Threshold: Int64;                         { 40 }
    Remedy: Int64;                            { 48 }
    ReleaseBy: array[0..31] of AnsiChar;      { 56 }
    Rule: array[0..63] of AnsiChar;           { 88 }
    Pool: array[0..63] of AnsiChar;           { 152 }
    Currency: array[0..3] of AnsiChar;        { 216 }
    RemedyCurrency: array[0..3] of AnsiChar;  { 220 }
  end;
  PObligorReason = ^TObligorReason;

  TObligorAccount = packed record
    StructSize: Cardinal;                     { 0 }
    Account: Cardinal;                        { 4 }
    Currency: array[0..3] of AnsiChar;        { 8 }
    Status: Integer;                          { 12 }
    Ordered: Int64;                           { 16 }
    Delivered: Int64;                         { 24 }
    Drafted: Int64;                           { 32 }
    Open: Int64;                              { 40 }
    Overdue: Int64;                           { 48 }
    Unapplied: Int64;                         { 56 }
    Exposure: Int64;                          { 64 }
    Limit: Int64;                             { 72 }
    Available: Int64;                         { 80 }
    HasLimit: Integer;                        { 88 }
    OldestOverdueDay: Integer;                { 92 }
    FactsAtMs: Int64;                         { 96 }
    Later: Int64;                             { 104 }
  end;
  PObligorAccount = ^TObligorAccount;

  { There is no answer, and why. "Refused" is an answer and no exception. }
  EObligor = class(Exception)
  public
    Status: Integer;
  end;

{ Pascal does not tell obligor_abi_version from OBLIGOR_ABI_VERSION. }
function obligor_interface: Cardinal; cdecl; external ObligorLibrary name 'obligor_abi_version';
function obligor_last_error(Buf: PAnsiChar; Cap: NativeUInt; out Needed: NativeUInt): Integer; cdecl; external ObligorLibrary;
function obligor_open(Config: PAnsiChar; ConfigLength: Int64; out Engine: Cardinal): Integer; cdecl; external ObligorLibrary;
function obligor_close(Engine: Cardinal): Integer; cdecl; external ObligorLibrary;
function obligor_call(Engine: Cardinal; Operation: PAnsiChar; OperationLength: Int64; Request: PAnsiChar;
  RequestLength: Int64; Buf: PAnsiChar; Cap: NativeUInt; out Needed: NativeUInt): Integer; cdecl; external ObligorLibrary;
function obligor_answer(Engine: Cardinal; Buf: PAnsiChar; Cap: NativeUInt; out Needed: NativeUInt): Integer; cdecl;
  external ObligorLibrary;
function obligor_account_resolve(Engine: Cardinal; Company: PAnsiChar; CompanyLength: Int64; Customer: PAnsiChar;
  CustomerLength: Int64; out Account: Cardinal): Integer; cdecl; external ObligorLibrary;
function obligor_account_read(Engine: Cardinal; Account: Cardinal; var Position: TObligorAccount): Integer; cdecl;
  external ObligorLibrary;
function obligor_order_check(Engine: Cardinal; Order: PObligorOrder; var Decision: TObligorDecision;
  Reasons: PObligorReason; ReasonsCap: Cardinal): Integer; cdecl; external ObligorLibrary;
function obligor_order_reserve(Engine: Cardinal; Order: PObligorOrder; var Decision: TObligorDecision;
  Reasons: PObligorReason; ReasonsCap: Cardinal): Integer; cdecl; external ObligorLibrary;
function obligor_reason_text(Reason: PObligorReason; Currency: PAnsiChar; CurrencyLength: Int64; Language: PAnsiChar;
  LanguageLength: Int64; Buf: PAnsiChar; Cap: NativeUInt; out Needed: NativeUInt): Integer; cdecl; external ObligorLibrary;

{ Call it once. The sizes of the records are checked when this unit is compiled. }
procedure CheckInterface;

{ Raises EObligor with this thread's last error, unless the status is OBLIGOR_OK. }
procedure Must(Status: Integer);

{ A text that fills its field needs no NUL. One that is too long is never cut: it would be somebody else's number. }
procedure PutText(var Field: array of AnsiChar; const Text: UTF8String);

{ Does an operation of include/schema and answers its JSON. }
function CallObligor(Engine: Cardinal; const Operation, Request: UTF8String): UTF8String;

implementation

{$IF (SizeOf(TObligorOrder) <> 648) or (SizeOf(TObligorDecision) <> 128) or (SizeOf(TObligorReason) <> 224)
  or (SizeOf(TObligorAccount) <> 112)}
  {$MESSAGE FATAL 'a record is not as the library has it'}
{$IFEND}

procedure CheckInterface;
begin
  if obligor_interface <> OBLIGOR_ABI_VERSION then
    raise EObligor.Create('obligor speaks another interface');
end;

procedure Must(Status: Integer);
var
  Words: array[0..1023] of AnsiChar;
  Needed: NativeUInt;
  Error: EObligor;
begin
  if Status = OBLIGOR_OK then
    Exit;
  if obligor_last_error(Words, SizeOf(Words), Needed) <> OBLIGOR_OK then
    Words[0] := #0;
  Error := EObligor.Create('status ' + IntToStr(Status) + ': ' + string(UTF8String(PAnsiChar(@Words))));
  Error.Status := Status;
  raise Error;
end;

procedure PutText(var Field: array of AnsiChar; const Text: UTF8String);
begin
  if Length(Text) > Length(Field) then
    raise EObligor.Create(string(Text) + ' is too long');
  FillChar(Field, SizeOf(Field), 0);
  if Text <> '' then
    Move(Text[1], Field[0], Length(Text));
end;

function CallObligor(Engine: Cardinal; const Operation, Request: UTF8String): UTF8String;
var
  Needed: NativeUInt;
  Status: Integer;
begin
  SetLength(Result, 4096);
  Status := obligor_call(Engine, PAnsiChar(Operation), Length(Operation), PAnsiChar(Request), Length(Request),
    PAnsiChar(Result), Length(Result), Needed);
  if Status = OBLIGOR_E_BUFFER then
  begin
    { It was done, and the answer is kept for us. }
    SetLength(Result, Needed);
    Status := obligor_answer(Engine, PAnsiChar(Result), Length(Result), Needed);
  end;
  Must(Status);
  SetLength(Result, Needed - 1);
end;

end.
