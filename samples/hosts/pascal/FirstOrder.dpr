{ The first order, in Delphi or Free Pascal: open an engine, put a customer with a limit, check an order, reserve it, ask
  again, be refused.

    fpc -Fl/usr/local/lib FirstOrder.dpr && ./FirstOrder

  It makes credit.db in the working directory. }
program FirstOrder;

{$IFDEF FPC}{$MODE DELPHI}{$ENDIF}
{$IFDEF MSWINDOWS}{$APPTYPE CONSOLE}{$ENDIF}

uses
  SysUtils,
  Obligor;

const
  Company: UTF8String = 'NW01';
  Customer: UTF8String = '4711';
  Currency: UTF8String = 'DKK';

function OrderOf(const Document, Key: UTF8String; MinorUnits: Int64): TObligorOrder;
begin
  FillChar(Result, SizeOf(Result), 0);
  Result.StructSize := SizeOf(Result);
  Result.Amount := MinorUnits;
  PutText(Result.Currency, Currency);
  PutText(Result.Company, Company);
  PutText(Result.Customer, Customer);
  PutText(Result.Document, Document);
  PutText(Result.Key, Key);
end;

{ An outcome that this program does not know is none of the three: a refusal. }
function MayGoThrough(const Decision: TObligorDecision): Boolean;
begin
  case Decision.Outcome of
    OBLIGOR_OUTCOME_NOT_CHECKED, OBLIGOR_OUTCOME_APPROVE, OBLIGOR_OUTCOME_APPROVE_WITH_ALERT: Result := True;
  else
    Result := False;
  end;
end;

{ Minor units of a currency with two decimals. }
function Money(MinorUnits: Int64): string;
begin
  Result := Format('%d.%.2d %s', [Abs(MinorUnits) div 100, Abs(MinorUnits) mod 100, string(Currency)]);
  if MinorUnits < 0 then
    Result := '-' + Result;
end;

function Sentence(const Reason: TObligorReason): string;
var
  Text: array[0..1023] of AnsiChar;
  Needed: NativeUInt;
begin
  Must(obligor_reason_text(@Reason, PAnsiChar(Currency), Length(Currency), 'en', -1, Text, SizeOf(Text), Needed));
  Result := string(UTF8String(PAnsiChar(@Text)));
end;

procedure Reserve(Engine: Cardinal; const Document, Key: UTF8String; MinorUnits: Int64);
var
  Order: TObligorOrder;
  Decision: TObligorDecision;
  Reasons: array[0..7] of TObligorReason;
  At: Integer;
begin
  Order := OrderOf(Document, Key, MinorUnits);
  FillChar(Decision, SizeOf(Decision), 0);
  Decision.StructSize := SizeOf(Decision);
  FillChar(Reasons, SizeOf(Reasons), 0);
  Reasons[0].StructSize := SizeOf(Reasons[0]);
  Must(obligor_order_reserve(Engine, @Order, Decision, @Reasons[0], Length(Reasons)));
  if not MayGoThrough(Decision) then
  begin
    WriteLn(Document, ': stopped, available ', Money(Decision.AvailableAfter));
    for At := 0 to Length(Reasons) - 1 do
      if At < Integer(Decision.ReasonCount) then
        WriteLn('  ', Sentence(Reasons[At]));
  end
  else if Decision.Repeated = 1 then
    WriteLn(Document, ': reserved already, available ', Money(Decision.AvailableAfter))
  else
    WriteLn(Document, ': reserved, available ', Money(Decision.AvailableAfter));
end;

procedure Check(Engine: Cardinal; const Document: UTF8String; MinorUnits: Int64);
var
  Order: TObligorOrder;
  Decision: TObligorDecision;
begin
  Order := OrderOf(Document, '', MinorUnits);
  FillChar(Decision, SizeOf(Decision), 0);
  Decision.StructSize := SizeOf(Decision);
  Must(obligor_order_check(Engine, @Order, Decision, nil, 0));
  if MayGoThrough(Decision) then
    WriteLn(Document, ': may go through, available ', Money(Decision.AvailableBefore))
  else
    WriteLn(Document, ': would be stopped, available ', Money(Decision.AvailableBefore));
end;

procedure ShowOpenCredit(Engine: Cardinal);
var
  Account: Cardinal;
  Position: TObligorAccount;
begin
  Must(obligor_account_resolve(Engine, PAnsiChar(Company), Length(Company), PAnsiChar(Customer), Length(Customer), Account));
  FillChar(Position, SizeOf(Position), 0);
  Position.StructSize := SizeOf(Position);
  Must(obligor_account_read(Engine, Account, Position));
  WriteLn(Customer, ': open credit ', Money(Position.Available));
end;

procedure Run;
const
  Config: UTF8String = '{"store":"credit.db","create":true,"policy":"standard"}';
var
  Engine: Cardinal;
begin
  CheckInterface;
  Must(obligor_open(PAnsiChar(Config), Length(Config), Engine));
  try
    CallObligor(Engine, 'customer.put', '{"customer":"4711","name":"Nordlys A/S","country":"DK"}');
    CallObligor(Engine, 'account.put', '{"company":"NW01","customer":"4711","currency":"DKK"}');
    CallObligor(Engine, 'limit.put', '{"company":"NW01","customer":"4711","limit":"10000.00 DKK"}');

    { A question: nothing is written, nothing is held. }
    Check(Engine, 'SO-1', 600000);

    { Check and hold in one step. The key makes asking again safe, after a time-out or a crash too. }
    Reserve(Engine, 'SO-1', 'SO-1/1', 600000);
    Reserve(Engine, 'SO-1', 'SO-1/1', 600000);
    Reserve(Engine, 'SO-2', 'SO-2/1', 400001);

    ShowOpenCredit(Engine);
  finally
    obligor_close(Engine);
  end;
end;

begin
  try
    Run;
  except
    on Error: Exception do
    begin
      WriteLn(ErrOutput, Error.Message);
      Halt(1);
    end;
  end;
end.
