"""The error codes of Twilio that this server can give, as data."""

from dataclasses import dataclass


@dataclass(frozen=True)
class ApiError(Exception):
    """Refused at creation: answered at once, nothing is stored."""

    status: int
    code: int
    message: str


AUTHENTICATE = ApiError(401, 20003, "Authenticate")
TOO_MANY = ApiError(429, 20429, "Too Many Requests")
SERVER_ERROR = ApiError(500, 20500, "An internal server error has occurred")
UNAVAILABLE = ApiError(503, 20503, "Service is temporarily unavailable. Please try again")
NO_TO = ApiError(400, 21604, "A 'To' phone number is required.")
NO_FROM = ApiError(400, 21603, "A 'From' phone number is required.")
NO_BODY = ApiError(400, 21602, "Message body is required.")
BODY_TOO_LONG = ApiError(
    400, 21617, "The concatenated message body exceeds the 1600 character limit"
)
BAD_FROM = ApiError(400, 21212, "Invalid From Number")
PAIR = ApiError(400, 21910, "Invalid From and To pair. From and To should be of the same channel")
BAD_CALLBACK = ApiError(400, 21609, "The StatusCallback URL is not a valid URL")
CONTENT_NEEDED = ApiError(400, 21654, "ContentSid Required")
BAD_CONTENT = ApiError(400, 21655, "The ContentSid is Invalid")
BAD_VARIABLES = ApiError(400, 21656, "The Content Variables parameter is invalid.")
QUEUE_FULL = ApiError(
    400, 21611, "This 'From' number has exceeded the maximum number of queued messages"
)
BAD_VALIDITY = ApiError(400, 21626, "The ValidityPeriod is invalid")
NOT_CANCELABLE = ApiError(409, 30409, "Message is not in a cancelable state.")
SERVICE_NEEDED = ApiError(400, 35118, "MessagingServiceSid is required to schedule a message")
TOO_SOON = ApiError(400, 35114, "SendAt is too close to now")
TOO_FAR = ApiError(400, 35115, "SendAt is too far in the future")

# A number +62 812 000 <code> plays that code: these refuse at creation …
REFUSED = {
    21211: "Invalid 'To' Phone Number",
    21610: "Attempt to send to unsubscribed recipient",
    21611: "This 'From' number has exceeded the maximum number of queued messages",
    21612: "The 'To' phone number is not currently reachable using the 'From' phone number",
    21614: "'To' number is not a valid mobile number",
    21730: "Messaging is under maintenance",
    63007: "Twilio could not find a Channel with the specified From address",
}
# … and these are accepted and fail later: the final status and what the resource says.
FAILED_LATER = {
    30001: ("failed", "Queue overflow"),
    30003: ("undelivered", "Unreachable destination handset"),
    30004: ("undelivered", "Message blocked"),
    30005: ("undelivered", "Unknown destination handset"),
    30006: ("undelivered", "Landline or unreachable carrier"),
    30007: ("undelivered", "Message filtered"),
    30008: ("undelivered", "Unknown error"),
    30036: ("failed", "Validity period expired"),
    30410: ("failed", "Provider timeout"),
    30500: ("failed", "Message delivery error"),
    63003: ("undelivered", "Channel could not find To address"),
    63014: ("undelivered", "Blocked by a user action"),
    63016: ("undelivered", "Outside the allowed window, use a message template"),
    63018: ("undelivered", "Rate limit exceeded for the channel"),
    63021: ("undelivered", "Channel invalid content"),
    63024: ("undelivered", "Invalid message recipient"),
    63038: ("failed", "Account exceeded the daily messages limit"),
    63049: ("undelivered", "Meta chose not to deliver this marketing message"),
    63119: ("undelivered", "Meta rate limit"),
}
# Sent for ever, as a network without delivery receipts.
NEVER_CONFIRMED = 40000


def scripted_code(number: str) -> int | None:
    """What the number of a made-up phone asks for, if it is one: +6281200063024 plays 63024."""
    if not number.startswith("+62812000") or len(number) != 14:
        return None
    code = int(number[-5:])
    return code if code in REFUSED or code in FAILED_LATER or code == NEVER_CONFIRMED else None
