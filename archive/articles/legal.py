"""Legal requests from receipt to decision, and where the words in question stand in the archive."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.db.models import Count, F, Max, Q, QuerySet
from django.utils.translation import gettext as _

from archive.models import (
    Alert,
    Article,
    Capture,
    CollectionItem,
    LegalNote,
    LegalRequest,
    Quote,
    ResearchRequest,
    TextHash,
    TrailEntry,
    User,
    Version,
)

from . import erasure, status, trail
from .operations import ArchiveError, touch_index
from .permissions import require

MOST = 200
NEAR_COPY_HASHES = 3


@dataclass(frozen=True, slots=True)
class Holdings:
    """Every place where the words stand, at most `MOST` of each; archivists only."""

    versions: Sequence[Version]
    captures: Sequence[Capture]
    near_copies: Sequence[Article]
    quotes: Sequence[Quote]
    notes: Sequence[CollectionItem | ResearchRequest]
    trail: Sequence[TrailEntry]
    alerts: Sequence[Alert]
    exports: Sequence[TrailEntry]


@transaction.atomic
def receive(
    *,
    requester: str,
    scope: str,
    grounds: str,
    articles: Iterable[Article],
    by: User,
    at: datetime,
    words: str = "",
    due_at: datetime | None = None,
) -> LegalRequest:
    """Record a request. Needs an archivist. A legal hold is in force at once."""
    require(by, "kill_article")
    named = list(articles)
    if not requester.strip() or not grounds.strip():
        raise ArchiveError(_("Say who asks and on what grounds: both stay with the record."))
    if not named:
        raise ArchiveError(_("Name at least one article."))
    if scope == LegalRequest.Scope.REDACT and not words.strip():
        raise ArchiveError(_("Give the words that are to be redacted, as they stand in the text."))
    request = LegalRequest.objects.create(
        requester=requester.strip()[:300],
        scope=scope,
        grounds=grounds.strip(),
        words=words.strip(),
        due_at=due_at,
        created_by=by,
        created_at=at,
        state=LegalRequest.State.DONE if scope == LegalRequest.Scope.HOLD else LegalRequest.State.OPEN,
    )
    request.articles.set(named)
    for article in named:
        trail.record(action=f"legal request: {scope}", article=article, by=by, at=at, reason=request.grounds)
    return request


@transaction.atomic
def decide(*, request: LegalRequest, grant: bool, decision: str, by: User, at: datetime) -> LegalRequest:
    """Grant or refuse a request. A kill is carried out at once; a redaction or erasure waits for a second person."""
    require(by, "kill_article")
    held = LegalRequest.objects.select_for_update().get(pk=request.pk)
    if held.state != LegalRequest.State.OPEN:
        raise ArchiveError(_("This request was decided already."))
    if not decision.strip():
        raise ArchiveError(_("Say why: the decision stays with the record."))
    held.decision, held.decided_by, held.decided_at = decision.strip(), by, at
    if not grant:
        held.state = LegalRequest.State.REFUSED
    elif held.scope == LegalRequest.Scope.KILL:
        held.state = LegalRequest.State.DONE
        for article in held.articles.all():
            status.kill(article=article, by=by, reason=held.decision, at=at)
    else:
        held.state = LegalRequest.State.DECIDED
    held.save(update_fields=["state", "decision", "decided_by", "decided_at"])
    for article in held.articles.all():
        said = "granted" if grant else "refused"
        trail.record(action=f"legal request {said}", article=article, by=by, at=at, reason=held.decision)
    return held


@transaction.atomic
def confirm(*, request: LegalRequest, by: User, at: datetime) -> LegalRequest:
    """Carry out a redaction or erasure that somebody else decided; refused while a legal hold is in force."""
    require(by, "kill_article")
    held = LegalRequest.objects.select_for_update().get(pk=request.pk)
    if held.state != LegalRequest.State.DECIDED:
        raise ArchiveError(_("There is nothing to confirm: the request is not decided, or was carried out already."))
    if held.decided_by_id == by.pk:
        raise ArchiveError(_("Two people confirm an erasure: ask a second archivist."))
    articles = list(held.articles.all())
    on_hold = holds(articles)
    if on_hold:
        named = ", ".join(str(pk) for pk in sorted(on_hold))
        raise ArchiveError(_("A legal hold is in force on article %(number)s: lift it first.") % {"number": named})
    for article in articles:
        if held.scope == LegalRequest.Scope.ERASE:
            status.kill(article=article, by=by, reason=held.decision, at=at)
        words = held.words if held.scope == LegalRequest.Scope.REDACT else ""
        erasure.erase(erasure.Erasure(article.pk, held.pk, words), at=at)
        trail.record(action=f"legal {held.scope} carried out", article=article, by=by, at=at, reason=held.decision)
    held.state, held.confirmed_by, held.confirmed_at = LegalRequest.State.DONE, by, at
    if held.scope in (LegalRequest.Scope.ERASE, LegalRequest.Scope.REDACT):
        # The request itself must not keep what it took out.
        held.words = ""
    held.save(update_fields=["state", "confirmed_by", "confirmed_at", "words"])
    return held


@transaction.atomic
def lift_hold(*, request: LegalRequest, by: User, reason: str, at: datetime) -> None:
    """End a legal hold."""
    require(by, "kill_article")
    changed = LegalRequest.objects.filter(
        pk=request.pk, scope=LegalRequest.Scope.HOLD, state=LegalRequest.State.DONE
    ).update(state=LegalRequest.State.LIFTED, decision=reason.strip(), decided_by=by, decided_at=at)
    if not changed:
        raise ArchiveError(_("There is no hold in force to lift."))
    for article in request.articles.all():
        trail.record(action="legal hold lifted", article=article, by=by, at=at, reason=reason.strip())


def holds(articles: Iterable[Article]) -> set[int]:
    """Return the ids of those articles on which a legal hold is in force."""
    found = LegalRequest.articles.through.objects.filter(
        article_id__in=[article.pk for article in articles],
        legalrequest__scope=LegalRequest.Scope.HOLD,
        legalrequest__state=LegalRequest.State.DONE,
    )
    return set(found.values_list("article_id", flat=True))


@transaction.atomic
def warn(*, article: Article, text: str, by: User, at: datetime) -> LegalNote:
    """Put a warning on an article that shows on every hit, such as "don't repeat". Needs an editor."""
    require(by, "withhold_article")
    if not text.strip():
        raise ArchiveError(_("Write what others have to know."))
    note = LegalNote.objects.create(article=article, text=text.strip()[:300], created_by=by, created_at=at)
    trail.record(action="legal note", article=article, by=by, at=at, reason=note.text)
    touch_index([article.pk])
    return note


@transaction.atomic
def lift_warning(*, note: LegalNote, by: User, at: datetime) -> None:
    """Take a warning off again; it stays in the trail. Needs an editor."""
    require(by, "withhold_article")
    LegalNote.objects.filter(pk=note.pk, lifted_at=None).update(lifted_at=at)
    trail.record(action="legal note lifted", article=note.article, by=by, at=at, before={"text": note.text})
    touch_index([note.article_id])


def last_erasure_at() -> datetime | None:
    """Return when words were last taken out of the archive for law's sake."""
    scopes = [LegalRequest.Scope.ERASE, LegalRequest.Scope.REDACT]
    done = LegalRequest.objects.filter(scope__in=scopes, state=LegalRequest.State.DONE)
    return done.aggregate(last=Max("confirmed_at"))["last"]


def requests(*, open_only: bool = False) -> QuerySet[LegalRequest]:
    """Return the requests, those with a deadline first."""
    found = LegalRequest.objects.select_related("created_by", "decided_by", "confirmed_by").annotate(
        count=Count("articles")
    )
    if open_only:
        found = found.filter(state__in=[LegalRequest.State.OPEN, LegalRequest.State.DECIDED])
    return found.order_by(F("due_at").asc(nulls_last=True), "-id")


def holdings(*, words: str, by: User, articles: Sequence[Article] = ()) -> Holdings:
    """Return every place where the words stand, and near-copies of the named articles. Needs an archivist."""
    require(by, "view_restricted")
    words = " ".join(words.split())
    if not words and not articles:
        raise ArchiveError(_("Give the words to look for, or name an article."))
    named = [article.pk for article in articles]
    if words:
        fields = [*erasure.TEXT_FIELDS, "captions", "posts"]
        holds_words = Q()
        for field in fields:
            holds_words |= Q(**{f"{field}__icontains": words})
        versions = Version.objects.filter(holds_words)
    else:
        versions = Version.objects.filter(article_id__in=named)
    found = list(versions.select_related("article__outlet").order_by("article_id", "number")[:MOST])
    captures = Capture.objects.filter(version__in=[v.pk for v in found]).select_related("article__outlet", "version")
    told = Q(reason__icontains=words) if words else Q(article_id__in=named)
    noted = Q(note__icontains=words) if words else Q(article_id__in=named)
    said = Q(text__icontains=words) if words else Q(article_id__in=named)
    requests_held: list[ResearchRequest] = []
    if words:
        asked = Q(question__icontains=words) | Q(answer__icontains=words)
        requests_held = list(ResearchRequest.objects.filter(asked).select_related("collection")[:MOST])
    return Holdings(
        versions=found,
        captures=list(captures.order_by("captured_at", "id")[:MOST]),
        near_copies=_near_copies(named or sorted({v.article_id for v in found})),
        quotes=list(
            Quote.objects.filter(said).select_related("article__outlet").order_by("article_id", "start")[:MOST]
        ),
        notes=[*CollectionItem.objects.filter(noted).select_related("collection")[:MOST], *requests_held],
        alerts=list(
            Alert.objects.filter(version__in=found)
            .select_related("search__owner", "version", "article__outlet")
            .order_by("-created_at", "-pk")[:MOST]
        ),
        # What left the archive before the words came in can't hold them.
        exports=list(
            trail.exports_of(
                sorted({v.article_id for v in found}), since=min((v.recorded_at for v in found), default=None)
            )[:MOST]
        ),
        trail=list(TrailEntry.objects.filter(told).select_related("user").order_by("-at", "-id")[:MOST]),
    )


def _near_copies(article_ids: Sequence[int]) -> list[Article]:
    """Return other articles that share passages with these, those that share most first."""
    hashes = TextHash.objects.filter(article_id__in=article_ids).values("hash")
    shared = (
        TextHash.objects.filter(hash__in=hashes)
        .exclude(article_id__in=article_ids)
        .values("article_id")
        .annotate(count=Count("hash"))
        .filter(count__gte=NEAR_COPY_HASHES)
        .order_by("-count")[:MOST]
    )
    ids = [row["article_id"] for row in shared]
    found = Article.objects.filter(pk__in=ids).select_related("outlet", "current_version").in_bulk()
    return [found[pk] for pk in ids]
