using Personalization.Silo.Tests.EndToEnd;
using Personalization.TestKit;
using Personalization.TestKit.Processes;

namespace Personalization.Silo.Tests.Demo;

/// <summary>The page of <c>/demo</c> in a real browser, over a real engine with the demo's store. With <c>PERSONALIZATION_SCREENSHOTS</c> naming a folder, its picture is left there.</summary>
[Collection(Engines.Collection)]
public sealed class DemoPageTests
{
    [Fact]
    public async Task A_click_moves_the_page_recommendations_churn_profile_and_live_feed()
    {
        if (HeadlessBrowser.Executable is null) BuildMachine.Missing("there is no Chromium (apt-get install chromium); ./test installs it where it may");
        using var limit = new CancellationTokenSource(Patience.Limit);
        await using var engine = await EngineProcess.Start("--demo");
        await DemoTests.FirstFold(engine, limit.Token);
        await using var browser = await HeadlessBrowser.Start(1400, 1150, limit.Token);
        await browser.Open(engine.Url + "/demo?customer=anon:page-test", limit.Token);
        await browser.Until("document.body.dataset.ready === 'anon:page-test' && document.querySelectorAll('#items li').length === 24", limit.Token);
        await browser.Until("document.getElementById('live').className === 'on'", limit.Token);
        Assert.Equal(11, (await browser.Evaluate("document.querySelectorAll('#categories button').length", limit.Token)).GetInt32());

        // Two items of one category, as a visitor would: the profile, the feed and the recommendations follow.
        await browser.Evaluate("[...document.querySelectorAll('#categories button')].find(b => b.textContent === 'shoes.running').click()", limit.Token);
        await browser.Evaluate("document.querySelectorAll('#items .title')[0].click()", limit.Token);
        await browser.Until("document.getElementById('profile').textContent.includes('1 views')", limit.Token);
        await browser.Until("document.querySelectorAll('#feed li').length >= 1", limit.Token);
        await browser.Evaluate("document.querySelectorAll('#items .title')[1].click()", limit.Token);
        await browser.Until("document.getElementById('profile').textContent.includes('2 views')", limit.Token);
        await browser.Until("document.getElementById('profile').textContent.includes('shoes.running')", limit.Token);
        await browser.Until("document.querySelectorAll('#recommended > li').length === 8", limit.Token);
        await browser.Until("[...document.querySelectorAll('#recommended .reasons')].some(r => r.textContent.length > 0)", limit.Token);
        await browser.Until("/still a customer: [0-9.]+ %/.test(document.getElementById('churn').textContent)", limit.Token);
        Assert.Equal("basis: activity", (await browser.Evaluate("document.getElementById('churn-note').textContent", limit.Token)).GetString());

        // Buying changes what churn is known by, and may have answered the offer: another one is made.
        await browser.Evaluate("window.offer = document.getElementById('action').dataset.decision", limit.Token);
        await browser.Evaluate("document.querySelectorAll('#items .row button')[1].click()", limit.Token);
        await browser.Until("document.getElementById('churn-note').textContent === 'basis: purchases'", limit.Token);
        await browser.Until("document.getElementById('profile').textContent.includes('1 orders')", limit.Token);

        // An accepted action is a reward.
        await browser.Until("document.getElementById('action').dataset.decision !== window.offer && /drawn with probability [0-9.]+ %/.test(document.getElementById('action').textContent)", limit.Token);
        await browser.Evaluate("document.getElementById('accept').click()", limit.Token);
        await browser.Until("document.getElementById('rewarded')?.textContent.includes('reward recorded')", limit.Token);

        // The page's own questions come back over the live stream and are not asked again for it.
        Assert.True((await browser.Evaluate("[...document.querySelectorAll('#feed li')].filter(li => li.textContent.includes(' decision')).length", limit.Token)).GetInt32() < 20);

        if (Environment.GetEnvironmentVariable("PERSONALIZATION_SCREENSHOTS") is { Length: > 0 } folder) await File.WriteAllBytesAsync(Path.Combine(folder, "demo.png"), await browser.Screenshot(limit.Token), limit.Token);
        Assert.True((await browser.Evaluate("document.getElementById('problem').hidden", limit.Token)).GetBoolean(), (await browser.Evaluate("document.getElementById('problem').textContent", limit.Token)).ToString());
    }
}
