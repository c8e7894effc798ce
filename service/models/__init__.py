"""The tables, one file a subject. Importing this package gives SQLModel's metadata all of them."""

from service.models.areas import Area, AreaChange, AreaVersion, AreaWithin
from service.models.cases import CaseFile, Intervention
from service.models.children import Child, Circumstance, Residence
from service.models.history import History
from service.models.ledger import Cell, Page, PageTurn, Posting, Register, Spell, TotalPage
from service.models.programmes import AgeBand, CountingRule, Indicator, Programme, Target
from service.models.reference import Category, CategoryScheme, InterventionMeasure
from service.models.sites import Site, SiteStage

__all__ = [
    "AgeBand",
    "Area",
    "AreaChange",
    "AreaVersion",
    "AreaWithin",
    "CaseFile",
    "Category",
    "CategoryScheme",
    "Cell",
    "Child",
    "Circumstance",
    "CountingRule",
    "History",
    "Indicator",
    "Intervention",
    "InterventionMeasure",
    "Page",
    "PageTurn",
    "Posting",
    "Programme",
    "Register",
    "Residence",
    "Site",
    "SiteStage",
    "Spell",
    "Target",
    "TotalPage",
]
