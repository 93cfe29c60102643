"""Every table, gathered for Alembic."""

from service.store.tables.base import Base as Base
from service.store.tables.campaign import Briefing as Briefing
from service.store.tables.campaign import Campaign as Campaign
from service.store.tables.campaign import Copy as Copy
from service.store.tables.campaign import Fixture as Fixture
from service.store.tables.campaign import Link as Link
from service.store.tables.campaign import Petition as Petition
from service.store.tables.campaign import Stage as Stage
from service.store.tables.campaign import StageFiring as StageFiring
from service.store.tables.house import AuditEntry as AuditEntry
from service.store.tables.house import House as House
from service.store.tables.people import Action as Action
from service.store.tables.people import Consent as Consent
from service.store.tables.people import Permission as Permission
from service.store.tables.people import Reply as Reply
from service.store.tables.people import Signature as Signature
from service.store.tables.people import SignUp as SignUp
from service.store.tables.people import Supporter as Supporter
from service.store.tables.people import Suppression as Suppression
from service.store.tables.sending import Attempt as Attempt
from service.store.tables.sending import Batch as Batch
from service.store.tables.sending import Blast as Blast
from service.store.tables.sending import Message as Message
from service.store.tables.sending import Notice as Notice
from service.store.tables.sending import Receipt as Receipt
from service.store.tables.sending import Rendering as Rendering
