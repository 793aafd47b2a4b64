"""The parameters a session is configured with, from what the bench asks for (facts 1.5)."""

from __future__ import annotations

from drivers.api.uwb import CccSession, FiraSession, Session
from drivers.uwb.uci.app_config import Param, elements_of
from drivers.uwb.uci.codes import SessionType
from drivers.uwb.uci.profiles import Profile
from drivers.uwb.uci.tlv import Tlv

_RSTU_PER_CHAP = 400
_DOUBLE_SIDED_DEFERRED = 2
_DYNAMIC_STS = 1
_EXTENDED = 2  # addresses of 8 octets
_TIME_SCHEDULED = 1
_HOP_KEY_SIZE = 16  # the message over Bluetooth has 4; padded with zeros [I]

Values = dict[Param, int | bytes]


def session_type(session: Session) -> SessionType:
    """What SESSION_INIT is told."""
    return SessionType.CCC if isinstance(session, CccSession) else SessionType.FIRA_RANGING


def elements(session: Session, profile: Profile) -> tuple[Tlv, ...]:
    """What SESSION_SET_APP_CONFIG is told. Raises BadField for what the device cannot hold."""
    values = ccc(session, profile) if isinstance(session, CccSession) else fira(session)
    return elements_of(values, profile.slots)


def fira(session: FiraSession) -> Values:
    """FiRa's parameters; the ones that pica and DWM3001CDK insist on come first."""
    controller = int(session.controller)
    size = 8 if session.extended_addresses else 2
    addresses = b"".join(peer.to_bytes(size, "little") for peer in session.peers)
    return {
        Param.DEVICE_TYPE: controller,
        Param.DEVICE_ROLE: controller,
        Param.MULTI_NODE_MODE: int(len(session.peers) > 1),
        Param.NUMBER_OF_CONTROLEES: len(session.peers),
        Param.MAC_ADDRESS_MODE: _EXTENDED if session.extended_addresses else 0,
        Param.DEVICE_ADDRESS: session.address.to_bytes(size, "little"),
        Param.PEER_ADDRESSES: addresses,
        Param.SCHEDULE_MODE: _TIME_SCHEDULED,
        Param.RANGING_ROUND_USAGE: _DOUBLE_SIDED_DEFERRED,
        Param.STS_CONFIG: 0,
        Param.CHANNEL: session.channel,
        Param.PREAMBLE_CODE: session.preamble_code,
        Param.SFD_ID: session.sfd,
        Param.RFRAME_CONFIG: session.rframe,
        Param.SLOT_DURATION_RSTU: session.slot_rstu,
        Param.RANGING_INTERVAL_MS: session.interval_ms,
        Param.SLOTS_PER_ROUND: session.slots_per_round,
        Param.HOPPING_MODE: int(session.hopping),
        Param.STS_LENGTH: 1,
        Param.VENDOR_ID: session.vendor_id,
        Param.STATIC_STS_IV: session.static_iv,
        Param.ANGLE_REPORT: int(session.angles),
        Param.INFO_NOTIFICATION: 1,
    }


def ccc(session: CccSession, profile: Profile) -> Values:
    """CCC's parameters of a responder."""
    config = profile.session_config if session.config_id is None else session.config_id
    version = session.version.to_bytes(2, profile.version_order)
    by_time0 = Param.CCC_TIME0_US in profile.slots
    return {
        Param.DEVICE_TYPE: 0,
        Param.DEVICE_ROLE: 0,
        Param.MULTI_NODE_MODE: 1,
        Param.NUMBER_OF_CONTROLEES: session.responders,
        Param.RESPONDER_SLOT_INDEX: session.responder_index,
        Param.STS_CONFIG: _DYNAMIC_STS,
        Param.STS_INDEX: session.sts_index0,
        Param.CHANNEL: session.channel,
        Param.PREAMBLE_CODE: session.sync_code,
        Param.SLOT_DURATION_RSTU: session.chaps_per_slot * _RSTU_PER_CHAP,
        Param.SLOTS_PER_ROUND: session.slots_per_round,
        Param.RANGING_INTERVAL_MS: session.block_ms,
        Param.HOPPING_MODE: profile.hop_codes[session.hopping],
        Param.HOP_MODE_KEY: session.hop_key.ljust(_HOP_KEY_SIZE, b"\0"),
        Param.CCC_TIME0_US if by_time0 else Param.INITIATION_TIME: session.time0_us,
        Param.CCC_PROTOCOL_VERSION: version,
        Param.CCC_CONFIG_ID: config,
        Param.CCC_PULSE_COMBO: session.pulse_combo,
        Param.URSK_TTL_MIN: session.ursk_ttl_min,
        Param.URSK: session.ursk,
        Param.INFO_NOTIFICATION: 1,
    }
