"""Times to keep, as calendars take them (RFC 5545, RFC 5546)."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

from icalendar import Calendar, Event, vCalAddress

if TYPE_CHECKING:
    from channels.contract import Invitation, Message


def icalendar(message: Message, invitation: Invitation, organiser: str = "") -> tuple[str, str]:
    """The invitation as an iCalendar object, and its method: `REQUEST` or `CANCEL`.

    :param organiser: an e-mail address: asks the message's address to come. Without one it is an entry in a file,
        which asks nobody, and the method is empty.
    """
    method = ("CANCEL" if invitation.cancelled else "REQUEST") if organiser else ""
    event = Event()
    event.add("uid", invitation.uid)
    event.add("sequence", invitation.sequence)
    event.add("dtstamp", datetime.now(UTC))
    event.add("dtstart", invitation.starts)
    event.add("dtend", invitation.ends)
    event.add("summary", message.subject)
    event.add("description", message.body)
    event.add("status", "CANCELLED" if invitation.cancelled else "CONFIRMED")
    if message.link:
        event.add("url", message.link)
    calendar = Calendar()
    calendar.add("prodid", "-//Varna//SE")
    calendar.add("version", "2.0")
    if organiser:
        calendar.add("method", method)
        event.add("organizer", vCalAddress(f"mailto:{organiser}"))
        guest = vCalAddress(f"mailto:{message.address}")
        guest.params["PARTSTAT"], guest.params["RSVP"] = "NEEDS-ACTION", "TRUE"
        event.add("attendee", guest)
    calendar.add_component(event)
    return calendar.to_ical().decode(), method
