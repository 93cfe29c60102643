"""Secrets that must be read again are kept sealed: whoever reads the database alone does not have them."""

from base64 import urlsafe_b64encode
from dataclasses import dataclass, field

from cryptography.fernet import Fernet, InvalidToken, MultiFernet

from service.settings import Settings
from service.wording.links import derive_key

_PURPOSE = "second factors"


class CannotUnseal(Exception):
    """The secret was sealed with a key that is in neither SECRET_KEY nor SECRET_KEY_FALLBACKS: it has to be set up again."""

    def __str__(self) -> str:
        return self.__doc__ or ""


@dataclass(frozen=True, slots=True)
class Sealer:
    """Seals with the first of its secrets, and reads what any of them sealed."""

    secrets: tuple[str, ...] = field(repr=False)

    @classmethod
    def of(cls, settings: Settings) -> "Sealer":
        """The one of this installation: what earlier secret keys sealed is read still."""
        return cls((settings.secret_key, *settings.secret_key_fallbacks))

    def seal(self, secret: str) -> bytes:
        """The secret as it is kept."""
        return self._fernet().encrypt(secret.encode())

    def unseal(self, sealed: bytes) -> str:
        """The secret that was sealed. Raises CannotUnseal."""
        try:
            return self._fernet().decrypt(sealed).decode()
        except InvalidToken as wrong:
            raise CannotUnseal from wrong

    def without_older(self) -> "Sealer":
        """The one that reads what the present key sealed and nothing else."""
        return Sealer(self.secrets[:1])

    def _fernet(self) -> MultiFernet:
        keys = (urlsafe_b64encode(derive_key(secret, _PURPOSE)) for secret in self.secrets)
        return MultiFernet([Fernet(key) for key in keys])
