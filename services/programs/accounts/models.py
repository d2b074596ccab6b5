"""The accounts of officers and social workers."""

from services.programs.database import Model
from shared.auth.accounts import AccountColumns, Accounts


class Account(AccountColumns, Model):
    """A person who signs in here where no OpenID Connect provider does it."""

    __tablename__ = "account"


ACCOUNTS = Accounts(Account)
