"""Transmitters of temperature and humidity on Modbus, and answers that are none."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from drivers.api.errors import DeviceNotFound, DriverError, FrameError, LinkLost
from drivers.relay.modbus_climate import ModbusTcpClimate
from drivers.sim.modbus_climate import VirtualModbusClimate
from tests.drivers.relay.test_modbus_answers import Server, server

__all__ = ["server"]  # a fixture
REGISTERS = 4


@pytest.fixture
def twin() -> Iterator[VirtualModbusClimate]:
    with VirtualModbusClimate(temperature=21.5, humidity=40.0) as twin:
        yield twin


def test_it_measures_what_there_is(twin: VirtualModbusClimate) -> None:
    with ModbusTcpClimate(twin) as sensor:
        assert sensor.read() == {"temperature": 21.5, "humidity": 40.0}
        twin.registers[1] = 0x10000 - 123  # two's complement
        assert sensor.read()["temperature"] == -12.3
        assert sensor.self_test()[0].what == "measures -12.3 °C, 40 % RH"


def test_registers_and_steps_are_options(twin: VirtualModbusClimate) -> None:
    twin.registers[:] = [1260, 0, 0]
    with ModbusTcpClimate(twin, {"supply_voltage": 0}, per_unit=100.0) as sensor:
        assert sensor.read() == {"supply_voltage": 12.6}
        assert sensor.identity().model == "transmitter of supply_voltage"


@pytest.mark.parametrize(("register", "value"), [(1, 0x7FFF), (1, 0x8000), (2, 1001), (2, 0xFFFF)])
def test_what_cannot_be_is_not_measured(
    twin: VirtualModbusClimate, register: int, value: int
) -> None:
    with ModbusTcpClimate(twin) as sensor:
        twin.registers[register] = value
        with pytest.raises(FrameError, match="is it broken"):
            sensor.read()
        assert not sensor.self_test()[0].ok


def test_one_that_comes_back_is_read_again(twin: VirtualModbusClimate) -> None:
    with ModbusTcpClimate(twin) as sensor:
        sensor.name = "climate"
        twin.unplug()
        with pytest.raises(LinkLost, match=r"^climate: "):
            sensor.read()
        with pytest.raises(LinkLost, match="not back since it was lost"):
            sensor.read()
        twin.plug()
        assert sensor.read()["humidity"] == 40.0
    with pytest.raises(LinkLost, match="it is closed"):
        sensor.read()


def test_one_that_is_not_there_is_not_found(server: Server) -> None:
    with pytest.raises(DeviceNotFound, match="no transmitter answers"):
        ModbusTcpClimate(server.address, timeout_s=0.1)


@pytest.mark.parametrize(
    ("answer", "says"),
    [
        ("040400d70190", "the answer has 2 of them"),
        ("03 02 00d7", "one to function 0x03"),
    ],
)
def test_an_answer_to_something_else_is_none(server: Server, answer: str, says: str) -> None:
    server.answers[REGISTERS] = answer
    with pytest.raises(FrameError, match=says):
        ModbusTcpClimate(server.address)


@pytest.mark.parametrize("registers", [{"temperature": -1}, {"temperature": 65536}])
def test_registers_that_cannot_be_are_refused(registers: dict[str, int]) -> None:
    with pytest.raises(DriverError, match="0 to 65535"):
        ModbusTcpClimate("127.0.0.1:1", registers)  # type: ignore[arg-type]
