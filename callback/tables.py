"""All tables, in one place to import them from when the whole schema is needed (migrations, tests)."""

from __future__ import annotations

from sqlalchemy import MetaData
from sqlmodel import SQLModel

from callback.agents.agent import Agent, AgentLine
from callback.agents.shift import Shift
from callback.audit import AuditEntry
from callback.calls.call import Call
from callback.calls.import_run import ImportRun
from callback.calls.imported_day import ImportedDay
from callback.calls.survey import Survey
from callback.desk.record import ContactNote, WrapUp
from callback.dialing.leg import Leg
from callback.dialing.reservation import Reservation
from callback.dialing.status_event import StatusEvent
from callback.dialing.trial_call import TrialCall
from callback.forecasting.snapshot import ForecastSnapshot
from callback.idempotency import RememberedAnswer
from callback.keys import ApiKey
from callback.limits import LimitCount
from callback.lines.changes import LineChange, LineDraft
from callback.lines.line import Line, LineNumber
from callback.messages.message import Message
from callback.messages.no_texts import NoTexts
from callback.messages.pacing import TextPace
from callback.people.attempts import SignInAttempt
from callback.people.link import PasswordLink
from callback.people.session import Session
from callback.people.user import User
from callback.promises.callback import Callback, TimelineEntry
from callback.promises.do_not_call import DoNotCall
from callback.promises.note import Note
from callback.promises.outlook import OutlookRow
from callback.promises.proof import NumberProof
from callback.reporting.report_mail import ReportMail

TABLES = (
    Agent,
    AgentLine,
    ApiKey,
    AuditEntry,
    Call,
    Callback,
    ContactNote,
    DoNotCall,
    ForecastSnapshot,
    ImportRun,
    ImportedDay,
    Leg,
    LimitCount,
    Line,
    LineChange,
    LineDraft,
    LineNumber,
    Message,
    NoTexts,
    NumberProof,
    Note,
    OutlookRow,
    PasswordLink,
    RememberedAnswer,
    ReportMail,
    Reservation,
    Session,
    Shift,
    SignInAttempt,
    StatusEvent,
    Survey,
    TextPace,
    TimelineEntry,
    TrialCall,
    User,
    WrapUp,
)
METADATA: MetaData = SQLModel.metadata
