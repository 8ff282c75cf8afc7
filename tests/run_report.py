"""The page of `nvsweep report` in a headless Chromium: it loads from the disk alone without
a console error, holds the file's values to the last bit, answers clicks and keys, comes
back from its address, and says so when it holds only a part of the file."""
import os
import shutil
import subprocess
import sys
import tempfile
import time

import numpy as np
import xarray

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
NVSWEEP = os.environ.get("NVSWEEP", os.path.join(ROOT, "build", "nvsweep"))
USABLE_S = 1.0

SWEEP = """axes = { technology = [ "sram", "stt-mram" ]; node = [ "45 nm", "22 nm" ];
  capacity = [ "64 KiB", "128 KiB", "256 KiB" ];
  temperature = [ "25 C", "85 C" ]; };
  zip = ( [ "technology", "node" ] ); stages = [ "array" ];"""


def selenium_or_skip():
    """The driver's module; skipped where `make test` has not installed it."""
    try:
        import selenium.webdriver
    except ImportError:
        selenium = None
    if not shutil.which("chromedriver") or not shutil.which("chromium"):
        print("no headless Chromium: make test installs it")
        sys.exit(77)
    return selenium.webdriver


def browser(webdriver):
    from selenium.webdriver.chrome.service import Service
    options = webdriver.ChromeOptions()
    options.binary_location = shutil.which("chromium")
    for argument in ("--headless=new", "--disable-gpu", "--disable-dev-shm-usage",
                     "--window-size=1400,1000"):
        options.add_argument(argument)
    if os.geteuid() == 0:
        options.add_argument("--no-sandbox")
    options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
    from selenium.common.exceptions import WebDriverException
    try:
        return webdriver.Chrome(service=Service(shutil.which("chromedriver")),
                                options=options)
    except WebDriverException as error:  # no page was opened yet: nothing of ours
        print(f"Chromium does not start here: {error.msg.splitlines()[0]}")
        sys.exit(77)


def make(folder):
    sweep, result = os.path.join(folder, "small.cfg"), os.path.join(folder, "small.h5")
    with open(sweep, "w") as file:
        file.write(SWEEP)
    subprocess.run(["timeout", "300", NVSWEEP, "run", sweep, "-o", result, "--quiet"],
                   check=True)
    page, part = os.path.join(folder, "all.html"), os.path.join(folder, "part.html")
    subprocess.run([NVSWEEP, "report", result, "-o", page], check=True)
    told = subprocess.run([NVSWEEP, "report", result, "-o", part, "--size", "1500"],
                          check=True, capture_output=True, text=True).stdout
    assert "thinned: 2 of 3 values of capacity_bytes" in told, told
    return result, page, part


def open_page(driver, page, address=""):
    driver.get("about:blank")
    start = time.monotonic()
    driver.get(f"file://{page}{address}")
    driver.execute_script("return chart.data.datasets.length")
    seconds = time.monotonic() - start
    errors = [entry for entry in driver.get_log("browser") if entry["level"] != "INFO"]
    assert errors == [], errors
    fetched = driver.execute_script(
        "return performance.getEntriesByType('resource').map((r) => r.name)")
    assert [name for name in fetched if not name.startswith("data:")] == [], fetched
    return seconds


def plotted(driver):
    return driver.execute_script(
        "return chart.data.datasets.map((s) => s.data.map((spot) => [spot.x, spot.y]))")


def check_values(driver, result):
    """Every number of the file, bit by bit."""
    data = xarray.open_dataset(result, mask_and_scale=False)
    with xarray.open_dataset(result, group="run/array") as run:
        names = run.attrs["columns"].split()
    for name in names:
        words = driver.execute_script(
            "return [...new BigUint64Array(metricNamed(arguments[0]).values.buffer)].map(String)",
            name)
        page = np.array([int(word) for word in words], np.uint64).view(np.float64)
        order = driver.execute_script(
            "return metricNamed(arguments[0]).dimensions.map((d) => dimensions[d].name)", name)
        masked = data[name].where(data.status == 1).astype(float).transpose(*order)
        np.testing.assert_array_equal(page, masked.values.ravel(), err_msg=name)
    assert len(names) == driver.execute_script("return metrics.length")
    labels = driver.execute_script(
        "return dimensions.find((d) => d.name === 'technology').companions[0].labels")
    assert labels == ["45 nm", "22 nm"], labels
    return len(names)


def check_clicks(driver, by):
    before = plotted(driver)
    assert len(before) == 2 and all(len(line) == 3 for line in before), before
    driver.find_element(by.CSS_SELECTOR, "#filters details[data-name=temperature_k]").click()
    driver.find_element(by.XPATH, "//details[@data-name='temperature_k']//button[.='all']").click()
    assert len(plotted(driver)) == 4  # a line per technology and temperature
    assert driver.find_element(by.ID, "rows").text.startswith("12 rows")
    driver.find_element(by.XPATH, "//select[@id='baseline']/option[.='technology = sram']").click()
    gains = plotted(driver)
    assert gains != before and {y for _, y in gains[0]} == {1}, gains
    driver.find_element(by.ID, "search").send_keys("stt 256")
    assert driver.find_element(by.ID, "rows").text.startswith("2 rows")
    driver.find_element(by.ID, "reset").click()
    assert plotted(driver) == before
    driver.find_element(by.ID, "pareto").click()
    labels = driver.execute_script("return chart.data.datasets.map((s) => s.label)")
    assert labels[0] == "Pareto front", labels
    looks = driver.execute_script(
        "return [...Array(40).keys()].map((i) => JSON.stringify(styleOf(i)))")
    assert len(set(looks)) == 40, looks


def check_hover_and_keys(driver, webdriver, by, keys):
    canvas = driver.find_element(by.ID, "canvas")
    x, y, width, height = driver.execute_script(
        "const p = chart.getDatasetMeta(1).data[1]; const r = chart.canvas.getBoundingClientRect();"
        "return [p.x, p.y, r.width, r.height]")
    move = webdriver.ActionChains(driver)
    move.move_to_element_with_offset(canvas, round(x - width / 2), round(y - height / 2))
    move.click().perform()
    told = driver.execute_script("return chart.tooltip.body.map((b) => b.lines).flat()")
    assert any(line.startswith("technology = ") for line in told), told
    assert "node_m" in driver.find_element(by.ID, "pinned").text
    driver.find_element(by.XPATH, "//th//button[starts-with(., 'area_m2')]").click()
    areas = driver.execute_script("return view.sort")
    assert areas == "area_m2"
    canvas.send_keys(keys.ARROW_RIGHT, keys.ARROW_RIGHT)
    assert driver.execute_script("return chart.tooltip.getActiveElements().length") == 1
    light = driver.execute_script("return document.documentElement.dataset.theme")
    canvas.send_keys("t")
    assert driver.execute_script("return document.documentElement.dataset.theme") != light


def check_address(driver, page):
    driver.execute_script("view.x = 'metric:area_m2'; view.filters = {}; refresh()")
    shown, address = plotted(driver), driver.execute_script("return location.hash")
    assert len(address) > 20
    open_page(driver, page, address)
    assert plotted(driver) == shown
    open_page(driver, page, "#%7B%22x%22%3A%22axis%3Anothing%22%7D")
    assert driver.execute_script("return view.x") == "axis:capacity_bytes"


def main():
    webdriver = selenium_or_skip()
    from selenium.webdriver.common.by import By
    from selenium.webdriver.common.keys import Keys
    with tempfile.TemporaryDirectory() as folder:
        result, page, part = make(folder)
        driver = browser(webdriver)
        try:
            open_page(driver, page)  # the browser's own first page costs a second
            seconds = min(open_page(driver, page) for _ in range(3))
            assert seconds < USABLE_S, seconds
            count = check_values(driver, result)
            check_clicks(driver, By)
            check_hover_and_keys(driver, webdriver, By, Keys)
            check_address(driver, page)
            assert driver.find_element(By.ID, "reduction").text == ""
            open_page(driver, part)
            assert "2 of 3 values of capacity_bytes" in \
                driver.find_element(By.ID, "reduction").text
        finally:
            driver.quit()
        print(f"{count} metrics equal the file's; {os.path.getsize(page) / 1e6:.2f} MB, "
              f"usable after {seconds:.2f} s")
    return 0


if __name__ == "__main__":
    sys.exit(main())
