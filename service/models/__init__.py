"""The tables, one file a subject. Importing this package gives SQLModel's metadata all of them."""

from service.models.accounts import (
    Account,
    Agency,
    Assignment,
    AssignmentArea,
    AssignmentChild,
    Credential,
    PurposeAllowed,
    RefreshToken,
    Role,
    SignIn,
    SignInDelay,
    StandIn,
)
from service.models.answers import FirstAnswer
from service.models.areas import Area, AreaChange, AreaVersion, AreaWithin
from service.models.cases import Care, CaseFile, CaseStep, Intervention
from service.models.children import Child, Circumstance, Home, Residence
from service.models.deadlines import Deadline, DeadlineRule, Holiday
from service.models.editions import Edition
from service.models.history import Access, History
from service.models.ledger import Cell, Page, PageTurn, Posting, Register, Spell, TotalPage, Touch
from service.models.persons import Person
from service.models.programmes import (
    AgeBand,
    CountingRule,
    Indicator,
    OfficialPopulation,
    Programme,
    RulePosting,
    Target,
)
from service.models.reference import Category, CategoryScheme, InterventionMeasure
from service.models.reforms import Reform
from service.models.reports import CaseReport, CaseReportChild, Informant, ReportSeries
from service.models.sites import Site, SiteStage
from service.models.supervision import CaseFlag, CaseNote

__all__ = [
    "Access",
    "Account",
    "AgeBand",
    "Agency",
    "Area",
    "AreaChange",
    "AreaVersion",
    "AreaWithin",
    "Assignment",
    "AssignmentArea",
    "AssignmentChild",
    "Care",
    "CaseFile",
    "CaseFlag",
    "CaseNote",
    "CaseReport",
    "CaseReportChild",
    "CaseStep",
    "Category",
    "CategoryScheme",
    "Cell",
    "Child",
    "Circumstance",
    "CountingRule",
    "Credential",
    "Deadline",
    "DeadlineRule",
    "Edition",
    "FirstAnswer",
    "History",
    "Holiday",
    "Home",
    "Indicator",
    "Informant",
    "Intervention",
    "InterventionMeasure",
    "OfficialPopulation",
    "Page",
    "PageTurn",
    "Person",
    "Posting",
    "Programme",
    "PurposeAllowed",
    "Reform",
    "RefreshToken",
    "Register",
    "ReportSeries",
    "Residence",
    "Role",
    "RulePosting",
    "SignIn",
    "SignInDelay",
    "Site",
    "SiteStage",
    "Spell",
    "StandIn",
    "Target",
    "TotalPage",
    "Touch",
]
